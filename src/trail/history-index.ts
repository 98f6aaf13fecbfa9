/** Commits of a repository and the files they changed, kept in the catalog: each is read from git once. */
import { PreparedStatements, type Sqlite, type SqliteValue } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import { type FileChange, type HistoryCommit, readChanges, readCommits } from './history.ts';
import type { LedgerCommit } from './ledger-state.ts';
import type { TrailRepository } from './repository.ts';

/** A file as one commit left it. `time`: milliseconds since 1970, later than that of the commit's parents. */
export interface CommittedFile {
  readonly time: number;
  readonly commit: HistoryCommit;
  readonly entry: LedgerCommit;
}

interface CommitRow {
  readonly oid: string;
  readonly time: number;
  readonly committed: number;
  readonly authored: number;
  readonly author: string;
  readonly subject: string;
  readonly parents: string;
  readonly repeats: number;
}

/** Puts a commit behind its parents where clocks say otherwise. */
const AFTER_PARENT = 2 ** -10;

export class HistoryIndex {
  readonly #repository: string;
  readonly #prepared: PreparedStatements;

  constructor(database: Sqlite, repository: string) {
    this.#prepared = new PreparedStatements(database);
    this.#repository = repository;
  }

  /** Reads commits that `tips` reach and that are not here yet; `since` in seconds since 1970. Null for none. */
  async read(
    { git, gitDir }: TrailRepository,
    range: { readonly since: number; readonly known: readonly Oid[] },
  ): Promise<NewHistory | null> {
    const commits = await readCommits(git, gitDir, range);
    const fresh = commits.filter(
      ({ oid }) => this.#all('SELECT 1 FROM trail_commits', 'oid', oid).length === 0,
    );
    if (fresh.length === 0) return null;
    return { commits: fresh, changes: await readChanges(git, gitDir, fresh) };
  }

  /** Takes in what was read; gives the paths whose history is another one now. In the caller's transaction. */
  add({ commits, changes }: NewHistory): Set<string> {
    const paths = new Set<string>();
    const seen = new Set<string>();
    for (const commit of commits) {
      this.#addCommit(commit);
      const parents = changes.get(commit.oid) ?? [];
      for (const change of parents.flat()) this.#addPaths(change, seen);
      for (const entry of entriesOf(parents)) {
        const sides = JSON.stringify(entry.parents.map((parent) => parent && [parent.path, parent.oid]));
        this.#run(
          'INSERT OR REPLACE INTO trail_entries VALUES (?, ?, ?, ?, ?)',
          entry.path,
          commit.oid,
          entry.oid,
          sides,
        );
        paths.add(entry.path);
      }
    }
    for (const commit of commits) for (const path of this.#markRepeats(commit)) paths.add(path);
    return paths;
  }

  #addCommit({ oid, parents, authored, committed, author, subject }: HistoryCommit): void {
    const after = parents.flatMap((parent) =>
      this.#all<{ time: number }>('SELECT time FROM trail_commits', 'oid', parent).map(({ time }) => time),
    );
    const time = Math.max(committed * 1000 + 999, ...after.map((each) => each + AFTER_PARENT));
    const repeats = /^(?:Revert|Reapply) "/.test(subject) ? 1 : 0;
    const values = [oid, time, committed, authored, author, subject, parents.join(' '), repeats];
    this.#run('INSERT OR REPLACE INTO trail_commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...values);
  }

  #addPaths({ oldPath, newPath }: FileChange, seen: Set<string>): void {
    for (const path of [oldPath, newPath]) {
      if (path === null || seen.has(path)) continue;
      seen.add(path);
      this.#run('INSERT OR IGNORE INTO trail_paths VALUES (?, ?)', path);
    }
    if (oldPath === null || newPath === null || oldPath === newPath) return;
    this.#run('INSERT OR IGNORE INTO trail_renames VALUES (?, ?, ?)', oldPath, newPath);
    this.#run('INSERT OR IGNORE INTO trail_renames VALUES (?, ?, ?)', newPath, oldPath);
  }

  /** Of commits with one author and one time of writing, all but the first are made anew from it. */
  #markRepeats({ authored, author }: HistoryCommit): string[] {
    const sql =
      'SELECT oid, repeats FROM trail_commits INDEXED BY trail_commits_by_author WHERE repository = ? AND authored = ? AND author = ? ORDER BY time, oid';
    const rows = this.#prepared
      .of(sql)
      .all<{ oid: string; repeats: number }>(this.#repository, authored, author);
    return rows.slice(1).flatMap(({ oid, repeats }) => {
      if (repeats === 1) return [];
      this.#prepared
        .of('UPDATE trail_commits SET repeats = 1 WHERE repository = ? AND oid = ?')
        .run(this.#repository, oid);
      return this.pathsIn(oid);
    });
  }

  /** The paths themselves, and every path that a rename joins to one of them. */
  connected(paths: Iterable<string>): Set<string> {
    const found = new Set(paths);
    for (const path of found) {
      for (const { other } of this.#all<{ other: string }>('SELECT other FROM trail_renames', 'path', path))
        found.add(other);
    }
    return found;
  }

  /** What commits made of the files at these paths, in the order of their times. */
  filesAt(paths: readonly string[]): CommittedFile[] {
    const sql =
      'SELECT e.path, e.oid AS blob, e.parents AS sides, c.oid, c.time, c.committed, c.authored, c.author, c.subject, c.parents, c.repeats ' +
      'FROM trail_entries e JOIN trail_commits c ON c.repository = e.repository AND c.oid = e.commit_id WHERE e.repository = ? AND e.path = ?';
    const statement = this.#prepared.of(sql);
    const rows = paths.flatMap((path) =>
      statement.all<CommitRow & { path: string; blob: string; sides: string }>(this.#repository, path),
    );
    rows.sort(
      (left, right) => left.time - right.time || order(left.oid, right.oid) || order(left.path, right.path),
    );
    return rows.map(({ path, blob, sides, ...row }) => {
      const parents = sidesIn(sides);
      return {
        time: row.time,
        commit: commitOf(row),
        entry: { path, oid: blob, parents, authored: row.authored * 1000 + 999, repeats: row.repeats === 1 },
      };
    });
  }

  /** All commits, the oldest first. */
  commits(): HistoryCommit[] {
    const sql = 'SELECT * FROM trail_commits WHERE repository = ? ORDER BY time, oid';
    return this.#prepared.of(sql).all<CommitRow>(this.#repository).map(commitOf);
  }

  commit(oid: Oid): HistoryCommit | null {
    const [row] = this.#all<CommitRow>('SELECT * FROM trail_commits', 'oid', oid);
    return row === undefined ? null : commitOf(row);
  }

  pathsIn(oid: Oid): string[] {
    return this.#all<{ path: string }>(
      'SELECT path FROM trail_entries INDEXED BY trail_entries_by_commit',
      'commit_id',
      oid,
    ).map(({ path }) => path);
  }

  /** Files that a commit has otherwise than all of its parents, by path. */
  entriesIn(oid: Oid): Entry[] {
    const select = 'SELECT path, oid, parents FROM trail_entries INDEXED BY trail_entries_by_commit';
    const rows = this.#all<{ path: string; oid: string; parents: string }>(select, 'commit_id', oid);
    rows.sort((left, right) => order(left.path, right.path));
    return rows.map(({ path, oid: blob, parents }) => ({ path, oid: blob, parents: sidesIn(parents) }));
  }

  /** Whether some commit left a file like that. */
  hasFile(path: string, blob: Oid): boolean {
    const sql = 'SELECT 1 FROM trail_entries WHERE repository = ? AND path = ? AND oid = ? LIMIT 1';
    return this.#prepared.of(sql).all(this.#repository, path, blob).length > 0;
  }

  knownPaths(): Set<string> {
    const rows = this.#prepared
      .of('SELECT path FROM trail_paths WHERE repository = ?')
      .all<{ path: string }>(this.#repository);
    return new Set(rows.map(({ path }) => path));
  }

  #all<Row>(select: string, column: string, value: SqliteValue): Row[] {
    return this.#prepared
      .of(`${select} WHERE repository = ? AND ${column} = ?`)
      .all<Row>(this.#repository, value);
  }

  #run(sql: string, ...values: readonly SqliteValue[]): void {
    this.#prepared.of(sql).run(this.#repository, ...values);
  }
}

/** Commits that were read from git, parents before children, with their changes against each parent. */
export interface NewHistory {
  readonly commits: readonly HistoryCommit[];
  readonly changes: ReadonlyMap<Oid, ReadonlyArray<readonly FileChange[]>>;
}

/** Paths of files that some commit began. */
export function addedFiles({ changes }: NewHistory): string[] {
  const added = new Set<string>();
  for (const { oldPath, newPath } of [...changes.values()].flat(2)) {
    if (oldPath === null && newPath !== null) added.add(newPath);
  }
  return [...added];
}

function commitOf({ oid, parents, authored, committed, author, subject }: CommitRow): HistoryCommit {
  return { oid, parents: parents === '' ? [] : parents.split(' '), authored, committed, author, subject };
}

function sidesIn(json: string): Entry['parents'] {
  return (JSON.parse(json) as Array<[string, string] | null>).map(
    (side) => side && { path: side[0], oid: side[1] },
  );
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export type Entry = Omit<LedgerCommit, 'repeats' | 'authored'>;

/** Files that a commit has otherwise than all of its parents. */
function entriesOf([first = [], ...others]: ReadonlyArray<readonly FileChange[]>): Entry[] {
  const maps = others.map((changes) => new Map(changes.map((change) => [change.newPath, change])));
  return first.flatMap(({ newPath: path, newOid: oid, oldPath, oldOid }): Entry[] => {
    if (path === null || oid === null) return [];
    const sides = maps.map((changes) => changes.get(path));
    if (sides.includes(undefined)) return [];
    const parents = sides.map((side) => parentFile(side!.oldPath, side!.oldOid));
    return [{ path, oid, parents: [parentFile(oldPath, oldOid), ...parents] }];
  });
}

function parentFile(path: string | null, oid: Oid | null): { path: string; oid: Oid } | null {
  return path === null || oid === null ? null : { path, oid };
}
