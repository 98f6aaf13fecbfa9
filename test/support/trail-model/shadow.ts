/**
 * A repository whose lines carry their numbers, so that git itself carries them through merges, rebases and picks, and
 * beside it the repository that people see: the same commits without the numbers.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Machine } from '../cli.ts';
import { tempDir } from '../git-env.ts';
import type { Row } from './rows.ts';

const IDENTITY = ['AUTHOR', 'COMMITTER'].flatMap((who) => [
  [`GIT_${who}_NAME`, 'A Person'],
  [`GIT_${who}_EMAIL`, 'person@example.invalid'],
]);

export interface SeenCommit {
  readonly shadow: string;
  /** The same commit in the repository that people see. */
  readonly seen: string;
  readonly parents: readonly string[];
  /** Blob of the shadow by path. */
  readonly files: ReadonlyMap<string, string>;
}

export class Shadow {
  readonly seen: string;
  readonly #folder = tempDir('git-ot-shadow-');
  readonly #env: Record<string, string>;
  readonly #commits = new Map<string, SeenCommit>();
  readonly #blobs = new Map<string, readonly Row[]>();
  readonly #refs = new Map<string, string>();
  seconds = Date.UTC(2026, 2, 1, 10) / 1000;

  constructor(machine: Machine) {
    this.seen = machine.cwd;
    this.#env = {
      ...machine.env,
      ...Object.fromEntries(IDENTITY),
      GIT_EDITOR: 'true',
      GIT_SEQUENCE_EDITOR: 'true',
    };
    for (const folder of [this.#folder, this.seen]) this.#run(folder, ['init', '-q', '-b', 'main']);
    this.git('config', 'merge.renames', 'true');
  }

  /** Commits in the order in which they came. */
  get commits(): readonly SeenCommit[] {
    return [...this.#commits.values()];
  }

  /** Runs git in the shadow, a minute later; null when it fails. */
  tryGit(...args: string[]): string | null {
    this.seconds += 60;
    const { status, stdout } = this.#spawn(this.#folder, args);
    return status === 0 ? stdout : null;
  }

  git(...args: string[]): string {
    this.seconds += 60;
    return this.#run(this.#folder, args).trim();
  }

  #run(folder: string, args: readonly string[], input = ''): string {
    const { status, stdout, stderr } = this.#spawn(folder, args, input);
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  #spawn(folder: string, args: readonly string[], input = '') {
    const date = `${this.seconds} +0000`;
    const env = { ...this.#env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    return spawnSync('git', args as string[], { cwd: folder, env, input, encoding: 'utf8', maxBuffer: 1e9 });
  }

  /** Paths of the work tree. */
  files(): string[] {
    const listed = this.git('ls-files', '--cached', '--others').split('\n');
    return [...new Set(listed)].filter((path) => path !== '' && existsSync(join(this.#folder, path))).sort();
  }

  rows(path: string): Row[] {
    return rowsOf(readFileSync(join(this.#folder, path), 'utf8'));
  }

  /** Writes a file of both work trees. */
  write(path: string, rows: readonly Row[]): void {
    for (const [folder, text] of [
      [this.#folder, rows.map(({ id, text }) => `${id}\t${text}\n`).join('')],
      [this.seen, textOf(rows)],
    ] as const) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  remove(path: string): void {
    for (const folder of [this.#folder, this.seen]) rmSync(join(folder, path), { force: true });
  }

  /** The file at HEAD; null: there is none. */
  headRows(path: string): Row[] | null {
    const text = this.tryGit('cat-file', 'blob', `HEAD:${path}`);
    return text === null ? null : rowsOf(text);
  }

  /** The file in a commit of the shadow; null: it has none. */
  rowsIn(commit: SeenCommit, path: string): readonly Row[] | null {
    const blob = commit.files.get(path);
    return blob === undefined ? null : (this.#blobs.get(blob) ?? null);
  }

  commit(shadow: string): SeenCommit | undefined {
    return this.#commits.get(shadow);
  }

  /** Brings commits, branches and files of the shadow into the repository that people see; gives the new commits. */
  project(): SeenCommit[] {
    const tips = this.#tips();
    const fresh = this.#newCommits([...tips.values()]);
    if (fresh.length > 0) this.#import(fresh);
    const moves = [...tips].filter(([ref, id]) => this.#refs.get(ref) !== id);
    const gone = [...this.#refs.keys()].filter((ref) => !tips.has(ref));
    const edits = [
      ...moves.map(([ref, id]) => `update ${ref} ${this.#commits.get(id)!.seen}\n`),
      ...gone.map((ref) => `delete ${ref}\n`),
    ];
    if (edits.length > 0)
      this.#run(this.seen, ['update-ref', '--create-reflog', '-m', 'work', '--stdin'], edits.join(''));
    for (const ref of gone) this.#refs.delete(ref);
    for (const [ref, id] of moves) this.#refs.set(ref, id);
    this.#run(this.seen, ['symbolic-ref', 'HEAD', this.git('symbolic-ref', 'HEAD')]);
    this.#copyFiles();
    return fresh.map((id) => this.#commits.get(id)!);
  }

  #tips(): Map<string, string> {
    const rows = this.git('for-each-ref', '--format=%(refname) %(objectname)').split('\n');
    return new Map(rows.filter((row) => row !== '').map((row) => row.split(' ') as [string, string]));
  }

  #newCommits(tips: readonly string[]): string[] {
    const wanted = this.#run(
      this.#folder,
      ['rev-list', '--topo-order', '--reverse', '--stdin'],
      `${tips.join('\n')}\n`,
    );
    return wanted.split('\n').filter((id) => id !== '' && !this.#commits.has(id));
  }

  #import(fresh: readonly string[]): void {
    const marks = join(this.#folder, '.git', 'seen-marks');
    const stream: string[] = ['feature done\n'];
    const made = new Map<string, { parents: string[]; files: Map<string, string>; mark: number }>();
    for (const [at, id] of fresh.entries()) {
      const [head = '', ...message] = this.#run(this.#folder, ['cat-file', 'commit', id]).split('\n\n');
      const lines = head.split('\n');
      const parents = lines.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7));
      const files = this.#filesOf(id);
      made.set(id, { parents, files, mark: at + 1 });
      const text = message.join('\n\n');
      stream.push(`commit refs/heads/arriving\nmark :${at + 1}\n`);
      stream.push(...lines.filter((line) => /^(author|committer) /.test(line)).map((line) => `${line}\n`));
      stream.push(`data ${Buffer.byteLength(text)}\n${text}\n`);
      const names = parents.map((parent) => this.#commits.get(parent)?.seen ?? `:${made.get(parent)!.mark}`);
      stream.push(
        ...names.map((name, place) => `${place === 0 ? 'from' : 'merge'} ${name}\n`),
        'deleteall\n',
      );
      for (const [path, blob] of files) {
        const content = textOf(this.#blobs.get(blob)!);
        stream.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`);
      }
    }
    stream.push('reset refs/heads/arriving\nfrom 0000000000000000000000000000000000000000\n\ndone\n');
    this.#run(this.seen, ['fast-import', '--quiet', '--force', `--export-marks=${marks}`], stream.join(''));
    for (const row of readFileSync(marks, 'utf8').split('\n').filter(Boolean)) {
      const [mark = '', seen = ''] = row.split(' ');
      const shadow = fresh[Number(mark.slice(1)) - 1]!;
      this.#commits.set(shadow, { shadow, seen, ...made.get(shadow)! });
    }
  }

  #filesOf(commit: string): Map<string, string> {
    const rows = this.#run(this.#folder, ['ls-tree', '-r', commit]).split('\n').filter(Boolean);
    const files = new Map(rows.map((row) => [row.slice(row.indexOf('\t') + 1), row.split(/\s/)[2]!]));
    for (const blob of files.values()) {
      if (!this.#blobs.has(blob))
        this.#blobs.set(blob, rowsOf(this.#run(this.#folder, ['cat-file', 'blob', blob])));
    }
    return files;
  }

  #copyFiles(): void {
    const there = new Set(this.files());
    const old = this.#run(this.seen, ['ls-files', '--others']).split('\n').filter(Boolean);
    for (const path of old) if (!there.has(path)) rmSync(join(this.seen, path), { force: true });
    for (const path of there) {
      const text = textOf(this.rows(path));
      const place = join(this.seen, path);
      if (existsSync(place) && readFileSync(place, 'utf8') === text) continue;
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    }
  }

  /** The index of what people see, at HEAD. */
  finish(): void {
    this.#run(this.seen, ['reset', '-q']);
  }
}

function rowsOf(text: string): Row[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((row) => ({ id: Number(row.slice(0, row.indexOf('\t'))), text: row.slice(row.indexOf('\t') + 1) }));
}

export function textOf(rows: readonly Row[]): string {
  return rows.map(({ text }) => `${text}\n`).join('');
}
