/**
 * Random work on a repository with a truth beside it: a second repository goes through the same operations with
 * lines that carry numbers, so that it knows for each line who wrote it, however common its text is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
}

export class Model {
  readonly world = new World();
  readonly #shadow = tempDir('git-ot-shadow-');
  readonly #next: () => number;
  readonly #owners: number[] = [0];
  readonly #log: string[] = [];
  readonly #sessions: Session[];
  #branches = 0;
  readonly #vocabulary: number;

  constructor(seed: number, vocabulary = 0.35) {
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
    return list[this.#int(list.length)]!;
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

  #shadowGit(args: readonly string[], env: Record<string, string> = {}): string {
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
    return stdout.trim();
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

  #edit(owner: number): void {
    const files = this.#files();
    if (files.length === 0) return;
    const path = this.#pick(files);
    const lines = this.#lines(path);
    const from = this.#int(lines.length + 1);
    const kind = this.#pick(['insert', 'insert', 'replace', 'delete']);
    const to = kind === 'insert' ? from : Math.min(lines.length, from + 1 + this.#int(4));
    const added = kind === 'delete' ? [] : this.#fresh(owner, 6);
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
      case 'rename': {
        const path = this.#pick(this.#files());
        this.#both(['mv', path, `moved${this.#owners.length}.ts`], ['commit', '-q', '-m', 'renamed']);
        return;
      }
      case 'stash':
        this.#edit(1 + this.#int(3));
        if (!this.#isClean()) this.#both(['stash', '-q']);
        return;
    }
  }

  finish(): void {
    this.#commit();
  }

  /** Compares what is said of every line of every file with the truth. */
  async score(): Promise<Score> {
    await this.world.capture();
    const score: Score = { agentLines: 0, right: 0, wrong: [], missed: [] };
    for (const path of this.#files()) {
      const lines = this.#lines(path);
      if (lines.length === 0) continue;
      const said = await this.world.owners(path);
      lines.forEach(({ uid, text }, at) => {
        const truth = this.#owners[uid]!;
        const answer = Number(said[at]!.split(' ', 1)[0]);
        if (truth > 0) score.agentLines += 1;
        if (truth > 0 && answer === truth) score.right += 1;
        const where = `${path}:${at + 1} truth ${truth} said ${answer}: ${text}`;
        if (answer > 0 && answer !== truth) score.wrong.push(where);
        if (truth > 0 && answer === 0) score.missed.push(where);
      });
    }
    return score;
  }
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => `${text}\n`).join('');
}

/** Leaves nothing behind. */
export function removeModel(model: Model): void {
  rmSync(model.world.root, { recursive: true, force: true });
}
