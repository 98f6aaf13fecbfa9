/** What attribution found, kept in the catalog: derived, and made anew where its sources changed. */
import { PreparedStatements, type Sqlite, type SqliteValue } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import { editOf, type OwnedRange, TIERS, tierOf } from './owner.ts';
import {
  type PackedOwners,
  type PackedPatch,
  PatchNumbers,
  packOwners,
  type StoredRange,
  UnpackedOwners,
} from './packed-owners.ts';
import type { KnownEdit, Replayed } from './replay.ts';
import type { TrailRepository } from './repository.ts';
import { keyOf } from './trail-state.ts';

export type { StoredRange } from './packed-owners.ts';

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

/** Paths whose owners are kept in memory. */
const MOST_PATHS = 256;

const ADD_OWNERS = `INSERT INTO trail_files SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4
  FROM trail_files WHERE repository = ?1 AND path = ?2`;

export class TrailStore {
  readonly #database: Sqlite;
  readonly #repository: string;
  readonly #prepared: PreparedStatements;
  /** Of paths that were asked about, as long as nothing is written. */
  #owners: { readonly state: string; readonly paths: Map<string, UnpackedOwners> } = {
    state: '',
    paths: new Map(),
  };

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
      'SELECT count(*) AS count FROM trail_commits c WHERE c.repository = ? AND EXISTS (SELECT 1 FROM trail_changes h WHERE h.repository = c.repository AND h.commit_id = c.oid)';
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

  /** Adds what was found; `unnoted` takes the commits that need a note now. */
  add({ files, changes }: AttributionRows, unnoted: Set<Oid>): void {
    for (const { path, oids, owners } of files)
      this.#prepared.of(ADD_OWNERS).run(this.#repository, path, oids, owners);
    for (const { commit, path, added, ranges } of changes) {
      this.#run('INSERT OR REPLACE INTO trail_changes VALUES (?, ?, ?, ?, ?)', commit, path, added, ranges);
      unnoted.add(commit);
    }
  }

  setUnnoted(commits: Iterable<Oid>): void {
    for (const commit of commits) this.#run('INSERT OR IGNORE INTO trail_unnoted VALUES (?, ?)', commit);
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
    const [row] = this.#database.all<{ changes: number }>('SELECT total_changes() AS changes');
    const state = `${this.version} ${row!.changes}`;
    if (this.#owners.state !== state || this.#owners.paths.size >= MOST_PATHS)
      this.#owners = { state, paths: new Map() };
    let unpacked = this.#owners.paths.get(path);
    if (unpacked === undefined) {
      unpacked = this.#unpacked(path);
      this.#owners.paths.set(path, unpacked);
    }
    return unpacked.of(oid);
  }

  /** Blobs at a path with lines of agents. */
  filesAt(path: string): Iterable<readonly [oid: Oid, ranges: readonly StoredRange[]]> {
    return this.#unpacked(path).all();
  }

  #unpacked(path: string): UnpackedOwners {
    const sql = 'SELECT oids, owners FROM trail_files WHERE repository = ? AND path = ? ORDER BY number DESC';
    return new UnpackedOwners(this.#all<Omit<PackedOwners, 'path'>>(sql, path));
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

/** What was found of a file as it is kept. */
export interface AttributionRows {
  readonly files: readonly PackedOwners[];
  readonly changes: ReadonlyArray<Omit<StoredChange, 'ranges'> & { readonly ranges: string }>;
}

export function rowsOf(replayed: Replayed): AttributionRows {
  const { changes, edits } = replayed;
  return {
    files: packOwners(replayed),
    changes: changes
      .filter(({ ranges }) => ranges.length > 0)
      .map((change) => ({ ...change, ranges: encode(change.ranges, edits) })),
  };
}

function changeOf({ commit_id: commit, path, added, ranges }: ChangeRow): StoredChange {
  return { commit, path, added, ranges: unpackRanges(ranges) };
}

type PackedRange = readonly [start: number, end: number, patch: number, tier: number];
type Packed = readonly [patches: readonly PackedPatch[], ranges: readonly PackedRange[]];

function encode(ranges: readonly OwnedRange[], edits: readonly KnownEdit[]): string {
  const patches = new PatchNumbers(edits);
  const packed = ranges.map(
    ({ start, end, owner }): PackedRange => [
      start,
      end,
      patches.of(editOf(owner)),
      TIERS.indexOf(tierOf(owner)),
    ],
  );
  return JSON.stringify([patches.list, packed]);
}

/** Ranges as {@link rowsOf} gives them. */
export function unpackRanges(text: string): StoredRange[] {
  const [patches, ranges] = JSON.parse(text) as Packed;
  return ranges.map(([start, end, patch, tier]) => {
    const [traceId, step, ordinal, model] = patches[patch]!;
    return { start, end, traceId, step, ordinal, tier: TIERS[tier]!, model, telling: 0 };
  });
}
