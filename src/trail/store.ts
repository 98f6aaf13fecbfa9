/** What attribution found, kept in the catalog: derived, and made anew where its sources changed. */
import { PreparedStatements, type Sqlite, type SqliteValue } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import { editOf, type OwnedRange, rangesOf, TIERS, type Tier, tierOf } from './owner.ts';
import type { KnownEdit, Replayed } from './replay.ts';
import type { TrailRepository } from './repository.ts';
import { keyOf } from './trail-state.ts';

/** Lines of one patch: inclusive, from 1. */
export interface StoredRange {
  readonly start: number;
  readonly end: number;
  readonly traceId: string;
  readonly step: number;
  readonly ordinal: number;
  readonly tier: Tier;
  readonly model: string | null;
  /** Lines with a letter or digit. */
  readonly telling: number;
}

export interface StoredChange {
  readonly commit: Oid;
  readonly path: string;
  /** Lines the commit brought. */
  readonly added: number;
  readonly ranges: readonly StoredRange[];
}

/** A ledger as bytes, and which events it has taken. */
export interface StoredLedger {
  readonly events: number;
  readonly digest: string;
  readonly ledger: Uint8Array;
}

interface ChangeRow {
  readonly commit_id: string;
  readonly path: string;
  readonly added: number;
  readonly ranges: string;
}

export class TrailStore {
  readonly #database: Sqlite;
  readonly #repository: string;
  readonly #prepared: PreparedStatements;

  constructor(database: Sqlite, repository: TrailRepository) {
    this.#database = database;
    this.#prepared = new PreparedStatements(database);
    this.#repository = keyOf(repository);
  }

  /** True when the owners of the file of that name follow from what the digest stands for. */
  isCurrent(name: string, digest: string): boolean {
    return (
      this.#all('SELECT 1 FROM trail_groups WHERE repository = ? AND name = ? AND digest = ?', name, digest)
        .length > 0
    );
  }

  ledger(name: string): StoredLedger | null {
    const sql = 'SELECT events, digest, ledger FROM trail_ledgers WHERE repository = ? AND name = ?';
    return this.#all<StoredLedger & Record<string, SqliteValue>>(sql, name)[0] ?? null;
  }

  /** Number of files that agents edited. */
  get files(): number {
    return this.#all<{ count: number }>('SELECT count(*) AS count FROM trail_groups WHERE repository = ?')[0]!
      .count;
  }

  /** Number of commits with lines of agents. */
  get commits(): number {
    const sql =
      'SELECT count(DISTINCT commit_id) AS count FROM trail_changes INDEXED BY trail_changes_by_path WHERE repository = ?';
    return this.#all<{ count: number }>(sql)[0]!.count;
  }

  /** Commits with lines of agents. */
  commitsWithLines(): Set<Oid> {
    const sql =
      'SELECT DISTINCT commit_id FROM trail_changes INDEXED BY trail_changes_by_path WHERE repository = ?';
    return new Set(this.#all<{ commit_id: string }>(sql).map(({ commit_id }) => commit_id));
  }

  /** Forgets all that is known of these paths. In the caller's transaction, as all that writes. */
  drop(paths: readonly string[]): void {
    for (const path of paths) {
      this.#run('DELETE FROM trail_files WHERE repository = ? AND path = ?', path);
      this.#run(
        'DELETE FROM trail_changes INDEXED BY trail_changes_by_path WHERE repository = ? AND path = ?',
        path,
      );
      this.#run('DELETE FROM trail_groups WHERE repository = ? AND name = ?', path);
      this.#run('DELETE FROM trail_ledgers WHERE repository = ? AND name = ?', path);
    }
  }

  /** Adds what was found. */
  add({ files, changes }: AttributionRows): void {
    for (const { path, oid, ranges } of files) {
      if (ranges !== null)
        this.#run('INSERT OR REPLACE INTO trail_files VALUES (?, ?, ?, ?)', path, oid, ranges);
      else this.#run('DELETE FROM trail_files WHERE repository = ? AND path = ? AND oid = ?', path, oid);
    }
    for (const { commit, path, added, ranges } of changes) {
      this.#run('INSERT OR REPLACE INTO trail_changes VALUES (?, ?, ?, ?, ?)', commit, path, added, ranges);
      this.#run('INSERT OR IGNORE INTO trail_unnoted VALUES (?, ?)', commit);
    }
  }

  /** Notes what the owners of a file follow from, and with `ledger` where a replay may go on. */
  setCurrent(name: string, digest: string, ledger: Omit<StoredLedger, 'digest'> | null): void {
    this.#run('INSERT OR REPLACE INTO trail_groups VALUES (?, ?, ?)', name, digest);
    if (ledger === null) this.#run('DELETE FROM trail_ledgers WHERE repository = ? AND name = ?', name);
    else
      this.#run(
        'INSERT OR REPLACE INTO trail_ledgers VALUES (?, ?, ?, ?, ?)',
        name,
        ledger.events,
        digest,
        ledger.ledger,
      );
  }

  /** Lines of agents in a blob at a path. */
  file(path: string, oid: Oid): StoredRange[] {
    const sql = 'SELECT ranges FROM trail_files WHERE repository = ? AND path = ? AND oid = ?';
    const [row] = this.#all<{ ranges: string }>(sql, path, oid);
    return row === undefined ? [] : unpackRanges(row.ranges);
  }

  /** Blobs at a path with lines of agents. */
  filesAt(path: string): Array<{ readonly oid: Oid; readonly ranges: readonly StoredRange[] }> {
    const sql = 'SELECT oid, ranges FROM trail_files WHERE repository = ? AND path = ?';
    const rows = this.#all<{ oid: string; ranges: string }>(sql, path);
    return rows.map(({ oid, ranges }) => ({ oid, ranges: unpackRanges(ranges) }));
  }

  /** Lines of agents that a commit brought, by path. */
  changesOf(commit: Oid): StoredChange[] {
    const sql =
      'SELECT commit_id, path, added, ranges FROM trail_changes WHERE repository = ? AND commit_id = ? ORDER BY path';
    return this.#all<ChangeRow & Record<string, SqliteValue>>(sql, commit).map(changeOf);
  }

  /** Lines of agents that commits brought to a path. */
  changesAt(path: string): StoredChange[] {
    const sql =
      'SELECT commit_id, path, added, ranges FROM trail_changes INDEXED BY trail_changes_by_path WHERE repository = ? AND path = ?';
    return this.#all<ChangeRow & Record<string, SqliteValue>>(sql, path).map(changeOf);
  }

  /** Commits with lines of agents that have no note of it yet. */
  unnoted(): Oid[] {
    const sql = 'SELECT commit_id FROM trail_unnoted WHERE repository = ?';
    return this.#all<{ commit_id: string }>(sql).map(({ commit_id }) => commit_id);
  }

  setNoted(commits: Iterable<Oid>): void {
    for (const commit of commits)
      this.#run('DELETE FROM trail_unnoted WHERE repository = ? AND commit_id = ?', commit);
  }

  /** Changes whenever another process has written. */
  get version(): number {
    return this.#database.all<{ data_version: number }>('PRAGMA data_version')[0]!.data_version;
  }

  #all<Row>(sql: string, ...values: readonly SqliteValue[]): Row[] {
    return this.#prepared.of(sql).all<Row>(this.#repository, ...values);
  }

  #run(sql: string, ...values: readonly SqliteValue[]): void {
    this.#prepared.of(sql).run(this.#repository, ...values);
  }
}

/** What was found of a file as it is kept; ranges of null stand for none. */
export interface AttributionRows {
  readonly files: ReadonlyArray<{ readonly path: string; readonly oid: Oid; readonly ranges: string | null }>;
  readonly changes: ReadonlyArray<Omit<StoredChange, 'ranges'> & { readonly ranges: string }>;
}

export function rowsOf({ files, changes, edits, table }: Replayed): AttributionRows {
  return {
    files: files.map(({ path, oid, ids, owners }) => {
      const ranges = rangesOf(owners);
      const isTelling = (line: number): boolean => table.weight(ids[line - 1]!) > 0;
      return { path, oid, ranges: ranges.length === 0 ? null : encode(ranges, edits, isTelling) };
    }),
    changes: changes
      .filter(({ ranges }) => ranges.length > 0)
      .map((change) => ({ ...change, ranges: encode(change.ranges, edits, () => false) })),
  };
}

function changeOf({ commit_id: commit, path, added, ranges }: ChangeRow): StoredChange {
  return { commit, path, added, ranges: unpackRanges(ranges) };
}

type PackedPatch = readonly [trace: string, step: number, ordinal: number, model: string | null];
type PackedRange = readonly [start: number, end: number, patch: number, tier: number, telling: number];
type Packed = readonly [patches: readonly PackedPatch[], ranges: readonly PackedRange[]];

function encode(
  ranges: readonly OwnedRange[],
  edits: readonly KnownEdit[],
  isTelling: (line: number) => boolean,
): string {
  const patches = new Map<number, number>();
  const packed = ranges.map(({ start, end, owner }): PackedRange => {
    const edit = editOf(owner);
    if (!patches.has(edit)) patches.set(edit, patches.size);
    let telling = 0;
    for (let line = start; line <= end; line += 1) if (isTelling(line)) telling += 1;
    return [start, end, patches.get(edit)!, TIERS.indexOf(tierOf(owner)), telling];
  });
  const named = [...patches.keys()].map((edit): PackedPatch => {
    const { session, step, ordinal, model } = edits[edit]!;
    return [session.trace_id, step, ordinal, model];
  });
  return JSON.stringify([named, packed]);
}

/** Ranges as {@link rowsOf} gives them. */
export function unpackRanges(text: string): StoredRange[] {
  const [patches, ranges] = JSON.parse(text) as Packed;
  return ranges.map(([start, end, patch, tier, telling]) => {
    const [traceId, step, ordinal, model] = patches[patch]!;
    return { start, end, traceId, step, ordinal, tier: TIERS[tier]!, model, telling };
  });
}
