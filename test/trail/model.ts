/**
 * Random work on a repository with a truth beside it: a second repository goes through the same operations with
 * lines that carry numbers, so that it knows for each line who wrote it, however common its text is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withTrail } from '../../src/cli/with-trail.ts';
import { editOf } from '../../src/trail/owner.ts';
import { TrailStore } from '../../src/trail/store.ts';
import { Trail } from '../../src/trail/trail.ts';
import { recordedIo, testApp } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { type Session, World } from './world.ts';

const COMMON = Array.from(
  { length: 50 },
  (_, at) =>
    ['}', '  }', '', 'return null;', '  return true;', 'else {', '});', '  break;', '/**', ' */'][at] ??
    `import common${at} from 'common';`,
);

interface Line {
  readonly text: string;
  readonly uid: number;
}

/** Small seeded generator (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Score {
  agentLines: number;
  right: number;
  wrong: string[];
  missed: string[];
  /** Files that are kept otherwise than a replay from the beginning finds them. */
  differences: string[];
}

export class Model {
  readonly world = new World();
  readonly #shadow = tempDir('git-ot-shadow-');
  readonly #next: () => number;
  readonly #owners: number[] = [0];
  readonly #log: string[] = [];
  readonly #sessions: Session[];
  #branches = 0;
  readonly #heads: (readonly [string, string])[] = [];
  readonly #vocabulary: number;

  constructor(seed: number, bare = false, vocabulary = 0.35) {
    this.world.bare = bare;
    this.#next = random(seed);
    this.#vocabulary = vocabulary;
    this.#shadowGit(['init', '-q', '-b', 'main']);
    this.#sessions = [this.world.session(), this.world.session(), this.world.session()];
    for (const path of ['a.ts', 'src/b.ts', 'src/c.ts']) this.#set(path, this.#fresh(0, 12));
    this.#commit();
  }

  get log(): readonly string[] {
    return this.#log;
  }

  #int(below: number): number {
    return Math.floor(this.#next() * below);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#int(list.length)] as T;
  }

  #fresh(owner: number, most: number): Line[] {
    return Array.from({ length: 1 + this.#int(most) }, () => {
      const uid = this.#owners.push(owner) - 1;
      return {
        uid,
        text:
          this.#next() < this.#vocabulary ? this.#pick(COMMON) : `const value${uid} = compute(${uid * 7});`,
      };
    });
  }

  #files(): string[] {
    return this.#shadowGit(['ls-files'])
      .split('\n')
      .filter((path) => path !== '' && existsSync(join(this.#shadow, path)));
  }

  #lines(path: string): Line[] {
    const rows = readFileSync(join(this.#shadow, path), 'utf8').split('\n').slice(0, -1);
    return rows.map((row) => ({
      uid: Number(row.slice(0, row.indexOf('\t'))),
      text: row.slice(row.indexOf('\t') + 1),
    }));
  }

  #set(path: string, lines: readonly Line[], real = true): void {
    mkdirSync(dirname(join(this.#shadow, path)), { recursive: true });
    writeFileSync(join(this.#shadow, path), lines.map(({ uid, text }) => `${uid}\t${text}\n`).join(''));
    if (real) this.world.write(path, textOf(lines));
  }

  #shadowGit(args: readonly string[], env: Record<string, string> = {}, trim = true): string {
    const date = this.world.tick(0);
    const { status, stdout, stderr } = spawnSync('git', args as string[], {
      cwd: this.#shadow,
      env: {
        ...this.world.machine.env,
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@example.invalid',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@example.invalid',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
        ...env,
      },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`shadow git ${args.join(' ')}: ${stderr}${stdout}`);
    return trim ? stdout.trim() : stdout;
  }

  /** The same command in both; both are put back when either fails or they differ. */
  #both(...commands: string[][]): boolean {
    const real = this.world.git('rev-parse', 'HEAD');
    const shadow = this.#shadowGit(['rev-parse', 'HEAD']);
    const branch = this.world.git('branch', '--show-current');
    try {
      for (const args of commands) {
        this.world.git(...args);
        this.#shadowGit(args);
      }
      if (this.#same()) return true;
    } catch {
      // Put back below.
    }
    for (const verb of ['rebase', 'merge', 'cherry-pick', 'revert']) {
      for (const run of [() => this.world.git(verb, '--abort'), () => this.#shadowGit([verb, '--abort'])]) {
        try {
          run();
        } catch {
          // It was not at work.
        }
      }
    }
    this.world.git('checkout', '-q', '-f', branch);
    this.#shadowGit(['checkout', '-q', '-f', branch]);
    this.world.git('reset', '-q', '--hard', real);
    this.#shadowGit(['reset', '-q', '--hard', shadow]);
    return false;
  }

  #same(): boolean {
    const files = this.#files();
    if (this.world.git('ls-files') !== this.#shadowGit(['ls-files'])) return false;
    return files.every((path) => this.world.readOrNull(path) === textOf(this.#lines(path)));
  }

  #isClean(): boolean {
    return this.world.git('status', '--porcelain') === '';
  }

  #commit(): void {
    this.world.git('add', '-A');
    this.world.git('commit', '-q', '--allow-empty', '-m', `work ${this.#owners.length}`);
    this.#shadowGit(['add', '-A']);
    this.#shadowGit(['commit', '-q', '--allow-empty', '-m', `work ${this.#owners.length}`]);
  }

  step(): void {
    this.#act();
    const heads: readonly [string, string] = [
      this.world.git('rev-parse', 'HEAD'),
      this.#shadowGit(['rev-parse', 'HEAD']),
    ];
    if (this.#heads.at(-1)?.[0] === heads[0]) return;
    this.#heads.push(heads);
    this.#log.push(`  = ${heads[0].slice(0, 8)}`);
  }

  #act(): void {
    const roll = this.#next();
    if (roll < 0.4) this.#edit(1 + this.#int(this.#sessions.length));
    else if (roll < 0.6) this.#edit(0);
    else if (roll < 0.8) {
      this.#log.push('commit');
      this.#commit();
    } else {
      if (!this.#isClean()) this.#commit();
      this.#history();
    }
  }

  #edit(owner: number, path: string | undefined = this.#pick(this.#files())): void {
    if (path === undefined || this.#next() < 0.03) {
      const lines = this.#fresh(owner, 12);
      const created = `new${this.#owners.length}.ts`;
      this.#log.push(`${owner} creates ${created}`);
      if (owner > 0) this.#sessions[owner - 1]!.write(created, textOf(lines));
      this.#set(created, lines, owner === 0);
      this.world.git('add', '-N', created);
      this.#shadowGit(['add', '-N', created]);
      return;
    }
    const lines = this.#lines(path);
    const from = this.#int(lines.length + 1);
    const kind = this.#pick(['insert', 'insert', 'insert', 'replace', 'replace', 'delete']);
    const to = kind === 'insert' ? from : Math.min(lines.length, from + 1 + this.#int(4));
    const added = kind === 'delete' ? [] : kept(lines.slice(from, to), this.#fresh(owner, 6));
    const after = [...lines.slice(0, from), ...added, ...lines.slice(to)];
    this.#log.push(
      `${owner === 0 ? 'human' : `agent ${owner}`} ${kind} ${path} ${from}-${to} +${added.length}`,
    );
    if (owner > 0) this.#agentEdit(this.#sessions[owner - 1]!, path, { lines, after, from, to, added });
    this.#set(path, after, owner === 0);
  }

  #agentEdit(
    session: Session,
    path: string,
    {
      lines,
      after,
      from,
      to,
      added,
    }: { lines: Line[]; after: Line[]; from: number; to: number; added: Line[] },
  ): void {
    const whole = textOf(lines);
    for (let context = 1; context < 6; context += 1) {
      const above = lines.slice(Math.max(0, from - context), from);
      const below = lines.slice(to, to + context);
      const before = textOf([...above, ...lines.slice(from, to), ...below]);
      if (
        before !== '' &&
        whole.split(before).length === 2 &&
        whole.indexOf(before) === whole.lastIndexOf(before)
      ) {
        session.edit(path, before, textOf([...above, ...added, ...below]));
        return;
      }
    }
    session.write(path, textOf(after));
  }

  #history(): void {
    const kind = this.#pick([
      'amend',
      'branch',
      'branch',
      'merge',
      'merge',
      'squash',
      'rebase',
      'cherry-pick',
      'revert',
      'rename',
      'stash',
      'pop',
      'partial',
    ]);
    this.#log.push(kind);
    const current = this.world.git('branch', '--show-current');
    const others = this.world
      .git('branch', '--format=%(refname:short)')
      .split('\n')
      .filter((name) => name !== current);
    const other = others.length > 0 ? this.#pick(others) : null;
    switch (kind) {
      case 'amend':
        this.#edit(1 + this.#int(3));
        this.#both(['commit', '-q', '-a', '--amend', '--no-edit', '--allow-empty']);
        return;
      case 'branch': {
        if (other !== null && this.#next() < 0.5) return void this.#both(['checkout', '-q', other]);
        this.#branches += 1;
        return void this.#both(['checkout', '-q', '-b', `branch${this.#branches}`]);
      }
      case 'merge':
        if (other !== null) this.#both(['merge', '-q', '--no-ff', '-m', 'merge', other]);
        return;
      case 'squash':
        if (other !== null)
          this.#both(['merge', '-q', '--squash', other], ['commit', '-q', '--allow-empty', '-m', 'squashed']);
        return;
      case 'rebase':
        if (other !== null) this.#both(['rebase', '-q', other]);
        return;
      case 'cherry-pick':
        if (other !== null) this.#both(['cherry-pick', '--allow-empty', other]);
        return;
      case 'revert':
        this.#both(['revert', '--no-edit', 'HEAD']);
        return;
      case 'partial':
        this.#partial();
        return;
      case 'pop':
        this.#both(['stash', 'pop', '-q']);
        return;
      case 'rename': {
        const path = this.#pick(this.#files());
        if (path !== undefined)
          this.#both(['mv', path, `moved${this.#owners.length}.ts`], ['commit', '-q', '-m', 'renamed']);
        return;
      }
      case 'stash':
        this.#edit(1 + this.#int(3));
        if (!this.#isClean()) this.#both(['stash', '-q']);
        return;
    }
  }

  /** Commits one edit of a file and leaves the next one unstaged. */
  #partial(): void {
    const path = this.#pick(this.#files());
    if (path === undefined) return;
    this.#edit(this.#int(4), path);
    this.world.git('add', path);
    this.#shadowGit(['add', path]);
    this.#edit(this.#int(4), path);
    this.world.git('commit', '-q', '--allow-empty', '-m', 'part');
    this.#shadowGit(['commit', '-q', '--allow-empty', '-m', 'part']);
  }

  /** Log up to a commit, and its file with truths before and after it: `COMMIT PATH`. */
  show(place: string): string {
    const [commit = '', path = ''] = place.split(' ');
    const at = this.#heads.findIndex(([real]) => real.startsWith(commit));
    const text = (head: readonly [string, string] | undefined): string[] => {
      if (head === undefined) return [];
      try {
        const rows = this.#shadowGit(['cat-file', 'blob', `${head[1]}:${path}`]).split('\n');
        return rows.map((row) => `${this.#owners[Number(row.split('\t')[0])]} ${row}`);
      } catch {
        return ['none'];
      }
    };
    const until = this.#log.findIndex((line) => line.includes(commit));
    return [
      ...this.#log.slice(Math.max(0, until - 25), until + 1),
      'BEFORE',
      ...text(this.#heads[at - 1]),
      'AFTER',
      ...text(this.#heads[at]),
    ].join('\n');
  }

  finish(): void {
    this.#commit();
    this.#heads.push([this.world.git('rev-parse', 'HEAD'), this.#shadowGit(['rev-parse', 'HEAD'])]);
  }

  /** Attributes what there is so far: what comes later goes on from there. */
  async sync(): Promise<void> {
    await this.world.capture();
    await this.world.json('trail', 'sync');
  }

  /** Files whose kept owners are not those of a replay from their beginnings. */
  async #differences(trail: Trail, store: TrailStore): Promise<string[]> {
    const found: string[] = [];
    for (const group of trail.groups) {
      const { files, edits } = await trail.replay(group);
      for (const { path, oid, owners } of files) {
        const kept = new Map<number, string>();
        for (const { start, end, traceId, step, ordinal } of store.file(path, oid))
          for (let line = start; line <= end; line += 1) kept.set(line, `${traceId} ${step}.${ordinal}`);
        owners.forEach((owner, at) => {
          const edit = owner > 0 ? edits[editOf(owner)]! : null;
          const name = edit && `${edit.session.trace_id} ${edit.step}.${edit.ordinal}`;
          if (name !== (kept.get(at + 1) ?? null)) found.push(`${path} ${oid} line ${at + 1}`);
        });
      }
    }
    return found;
  }

  /** Compares what is known of every line of every file in every commit with the truth. */
  async score(): Promise<Score> {
    await this.sync();
    const score: Score = { agentLines: 0, right: 0, wrong: [], missed: [], differences: [] };
    const app = testApp(recordedIo(), { machine: this.world.machine });
    const seen = new Set<string>();
    await withTrail(app, { quiet: true }, async (opened) => {
      const trail = await Trail.open(opened);
      const store = new TrailStore(opened.database, opened.repository);
      score.differences.push(...(await this.#differences(trail, store)));
      const replayed = await Promise.all(trail.groups.map((group) => trail.replay(group)));
      const numbers = await this.world.traceNumbers();
      for (const [real, shadow] of this.#heads) {
        for (const path of this.#shadowGit(['ls-tree', '-r', '--name-only', shadow]).split('\n')) {
          if (path === '') continue;
          const oid = this.world.git('rev-parse', `${real}:${path}`);
          const key = `${path} ${this.#shadowGit(['rev-parse', `${shadow}:${path}`])}`;
          if (seen.has(key)) continue;
          seen.add(key);
          const file = replayed.find(({ paths }) => paths.includes(path));
          const owners = file?.ledger.blobs.get(oid)?.owners;
          const rows = this.#shadowGit(['cat-file', 'blob', `${shadow}:${path}`], {}, false).split('\n');
          const where = `${real.slice(0, 8)} ${path}`;
          rows
            .filter((row) => row !== '')
            .forEach((row, at) => {
              const owner = owners?.[at] ?? 0;
              const answer = owner > 0 ? numbers.get(file!.edits[editOf(owner)]!.session.trace_id)! : 0;
              this.#compare(
                score,
                Number(row.slice(0, row.indexOf('\t'))),
                answer,
                `${where}:${at + 1} ${row}`,
              );
            });
        }
      }
    });
    return score;
  }

  #compare(score: Score, uid: number, answer: number, where: string): void {
    const truth = this.#owners[uid]!;
    const line = `${where} truth ${truth} said ${answer}`;
    if (truth > 0) score.agentLines += 1;
    if (truth > 0 && answer === truth) score.right += 1;
    if (answer > 0 && answer !== truth) score.wrong.push(line);
    if (truth > 0 && answer === 0) score.missed.push(line);
  }
}

/** New lines, where those that repeat an old one in its order are that old one. */
function kept(old: readonly Line[], lines: readonly Line[]): Line[] {
  let next = 0;
  return lines.map((line) => {
    const at = old.findIndex(({ text }, index) => index >= next && text === line.text);
    if (at < 0) return line;
    next = at + 1;
    return old[at]!;
  });
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => `${text}\n`).join('');
}
