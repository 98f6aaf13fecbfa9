/**
 * One capture transaction: traces derived from sessions, gathered in one batch of objects, appended to
 * their journals together. Large imports are cut into several transactions so that memory and the loss
 * of a kill stay small.
 */

import { OtError } from '../base/errors.ts';
import { traceIdOf } from '../base/ids.ts';
import type { Bucket } from '../bucket/home.ts';
import { appendJournal, type JournalChange } from '../bucket/journal.ts';
import { JournalIndex } from '../bucket/journal-index.ts';
import { laneRef, monthOf } from '../bucket/layout.ts';
import { ownShelf } from '../bucket/shelves.ts';
import { TraceFolder } from '../bucket/trace-folder.ts';
import type { HashAlgorithm, ObjectBatch, Oid } from '../git/ports.ts';
import type { MetaRow } from '../record/trace.ts';
import {
  hashSource,
  ingestPrimary,
  type StoredSource,
  sourceMetaOf,
  traceHeadOf,
  writeRecords,
} from './derive.ts';
import type { TraceIdentity } from './identity.ts';
import { assertUnchanged, growTrace, type InputSource, type Match, matchSource } from './known-trace.ts';
import { mendTrace } from './mend.ts';
import { mergeProject, type ProjectResolver } from './project.ts';
import type { SourceInput } from './source-input.ts';
import { TraceFiles } from './trace-files.ts';

/** `mended`: a damaged trace was derived anew. */
export type CaptureStatus = 'captured' | 'grown' | 'new_source' | 'unchanged' | 'mended';

export interface CapturedTrace {
  readonly traceId: string;
  readonly status: CaptureStatus;
  readonly steps: number;
  /** Native agent ids of sub-agents inside this source; empty when nothing was read again. */
  readonly inlineSubagents: readonly string[];
  readonly limitations: number;
  /** The trace as it is after this. */
  readonly tree: Oid;
}

/** Raw bytes after which a transaction is appended and the next begins. */
const FLUSH_BYTES = 64 * 1024 * 1024;

interface Stored {
  readonly ref: string;
  readonly folder: TraceFolder;
}

/** A stored trace and how the input relates to it; no match when the trace has to be mended. */
interface Known extends Stored {
  readonly match: Match | null;
  /** Set when there is nothing to do. */
  readonly row: MetaRow | null;
}

/** State of a session in the bucket at one generation of the transaction. */
export interface Prepared {
  readonly generation: number;
  /** What the input was when it was looked at; absent when nobody has read it to its end. */
  readonly hashed: StoredSource | undefined;
  readonly known: Known | null;
}

export interface TransactionOptions {
  readonly bucket: Bucket;
  readonly projects: ProjectResolver;
  /** Derive and write known traces anew even when their source is unchanged: mends damaged ones. */
  readonly again: boolean;
  /** Folder of sessions that name none. */
  readonly fallbackFolder?: string | null;
}

interface Pending {
  readonly ref: string;
  readonly tree: Oid;
  readonly row: MetaRow;
}

export class CaptureTransaction {
  readonly #bucket: Bucket;
  readonly #projects: ProjectResolver;
  readonly #again: boolean;
  readonly #fallbackFolder: string | null;
  /** Whole sessions, to be appended with the next flush. */
  readonly #pending = new Map<string, Pending>();
  /** The session at hand with its inline sub-agents: visible together or not at all. */
  readonly #session = new Map<string, Pending>();
  #batch: ObjectBatch;
  #index: JournalIndex | undefined;
  /** Counts flushes: what was prepared before one may be out of date after it. */
  #generation = 0;
  #bytes = 0;
  #commits = 0;

  constructor({ bucket, projects, again, fallbackFolder = null }: TransactionOptions) {
    this.#bucket = bucket;
    this.#projects = projects;
    this.#again = again;
    this.#fallbackFolder = fallbackFolder;
    this.#batch = bucket.repository.objects.batch();
  }

  /** Journal commits made so far. */
  get commits(): number {
    return this.#commits;
  }

  get algorithm(): HashAlgorithm {
    return this.#bucket.repository.algorithm;
  }

  /** Looks up what is stored of a session and how the input relates to it; may run for many at once. */
  async prepare(identity: TraceIdentity, input: SourceInput, hashed?: StoredSource): Promise<Prepared> {
    assertSessionId(identity.sessionId);
    const generation = this.#generation;
    const stored = await this.#find(traceIdOf(identity.format.agent, identity.sessionId));
    if (stored === null) return { generation, hashed, known: null };
    const now = hashed ?? (await hashSource(input, this.algorithm));
    const known = this.#again ? toMend(stored) : await this.#relate(stored, identity, input, now);
    return { generation, hashed: now, known };
  }

  /** A stored trace that cannot be read is one to mend: it must not keep its session out. */
  async #relate(
    stored: Stored,
    identity: TraceIdentity,
    input: SourceInput,
    now: StoredSource,
  ): Promise<Known> {
    try {
      const match = await matchSource(stored.folder, identity, input, now);
      const done = match.relation === 'same' || match.relation === 'shorter';
      return { ...stored, match, row: done ? await stored.folder.meta() : null };
    } catch (error) {
      if (error instanceof OtError && error.kind === 'corrupt') return toMend(stored);
      throw error;
    }
  }

  /** Captures one session from one source. `folder` overrides where the session says it ran. */
  async add(
    identity: TraceIdentity,
    input: SourceInput,
    folder: string | null,
    prepared?: Prepared,
  ): Promise<CapturedTrace> {
    const traceId = traceIdOf(identity.format.agent, identity.sessionId);
    if (this.#session.has(traceId)) this.#settleSession();
    if (this.#pending.has(traceId)) await this.flush();
    const fresh = prepared !== undefined && prepared.generation === this.#generation;
    const { known, hashed } = fresh ? prepared : await this.prepare(identity, input);
    if (known === null) return this.#addNew({ identity, input, hashed }, folder);
    if (known.row !== null) return report(known.row, 'unchanged', known.folder.tree);
    return this.#addKnown({ identity, input, hashed }, folder, known);
  }

  /** Ends a session: it and its inline sub-agents become visible together. */
  async settle(): Promise<void> {
    this.#settleSession();
    if (this.#bytes >= FLUSH_BYTES) await this.flush();
  }

  /** Drops the session at hand, after a failure that concerns its file only. */
  abandonSession(): void {
    this.#session.clear();
  }

  #settleSession(): void {
    for (const [traceId, entry] of this.#session) this.#pending.set(traceId, entry);
    this.#session.clear();
  }

  /** Makes every settled session durable and visible; a no-op when nothing changed. */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) return;
    const moves = await appendJournal(
      this.#bucket.repository,
      this.#batch,
      journalChanges(this.#pending),
      this.#bucket.platform,
    );
    this.#commits += moves.length;
    this.#pending.clear();
    this.#index = undefined;
    this.#generation += 1;
    this.#bytes = 0;
    this.#batch = this.#bucket.repository.objects.batch();
  }

  /** Drops what was not flushed. */
  async abort(): Promise<void> {
    this.#session.clear();
    this.#pending.clear();
    await this.#batch.abort();
  }

  /** Whether the bucket has this trace, and as this tree. */
  async holds(traceId: string, tree: Oid): Promise<boolean> {
    return (await this.#find(traceId))?.folder.tree === tree;
  }

  async #find(traceId: string): Promise<Stored | null> {
    const { objects } = ownShelf(this.#bucket);
    this.#index ??= new JournalIndex(ownShelf(this.#bucket));
    const found = await this.#index.find(traceId);
    return found === null ? null : { ref: found.ref, folder: new TraceFolder(objects, traceId, found.tree) };
  }

  async #addNew(source: InputSource, folder: string | null): Promise<CapturedTrace> {
    const { identity, input } = source;
    const files = this.#newFiles();
    const { stored, facts } = await ingestPrimary(identity, input, files, 0);
    assertUnchanged(source, stored);
    const meta = sourceMetaOf(identity, input.fileName, stored);
    const place = folder ?? facts.cwd ?? this.#fallbackFolder;
    const project = await this.#projects.resolve(place);
    const pins = await this.#projects.dependencies(place);
    const row = writeRecords(files, traceHeadOf(identity, facts), [meta], project, pins);
    const ref = laneRef(this.#bucket.lane, monthOf(facts.head.timestamp_start));
    const tree = this.#remember(row, ref, files, stored.bytes);
    return report(row, 'captured', tree, facts.inlineSubagents);
  }

  async #addKnown(source: InputSource, folder: string | null, known: Known): Promise<CapturedTrace> {
    const { match } = known;
    const next =
      match === null
        ? await mendTrace(source, known.folder, this.#newFiles())
        : await growTrace(source, known.folder, match, (oids) => this.#newFiles(oids));
    const now = await this.#projects.resolve(folder ?? next.cwd ?? this.#fallbackFolder);
    const project = next.project === null ? now : mergeProject(next.project, now);
    const row = writeRecords(next.files, next.head, next.metas, project, next.dependencies);
    const tree = this.#remember(row, known.ref, next.files, next.bytes);
    return report(row, statusOf(match, tree === known.folder.tree), tree, next.inlineSubagents);
  }

  #newFiles(known?: ReadonlySet<Oid>): TraceFiles {
    return new TraceFiles(this.#batch, this.#bucket.repository.algorithm, known);
  }

  #remember(row: MetaRow, ref: string, files: TraceFiles, bytes: number): Oid {
    const tree = files.writeTree();
    this.#session.set(row.trace_id, { ref, tree, row });
    this.#bytes += bytes;
    return tree;
  }
}

function toMend(stored: Stored): Known {
  return { ...stored, match: null, row: null };
}

function statusOf(match: Match | null, same: boolean): CaptureStatus {
  if (match === null) return same ? 'unchanged' : 'mended';
  return match.relation === 'grown' ? 'grown' : 'new_source';
}

function journalChanges(pending: ReadonlyMap<string, Pending>): JournalChange[] {
  const byRef = new Map<string, [string, Pending][]>();
  for (const [traceId, entry] of pending) {
    const group = byRef.get(entry.ref) ?? [];
    group.push([traceId, entry]);
    byRef.set(entry.ref, group);
  }
  return [...byRef].map(([ref, entries]) => ({
    ref,
    traces: new Map(entries.map(([traceId, entry]) => [traceId, entry.tree])),
    message: captureMessage(entries.map(([, entry]) => entry.row)),
  }));
}

/** Ids and counts only: the same words serve the sealed copy. */
export function captureMessage(rows: readonly MetaRow[]): string {
  const steps = rows.reduce((sum, row) => sum + row.step_count, 0);
  const lines = rows.slice(0, 200).map((row) => `${row.trace_id} ${row.agent} ${row.step_count} steps`);
  if (rows.length > lines.length) lines.push(`... and ${rows.length - lines.length} more`);
  const traces = rows.length === 1 ? '1 trace' : `${rows.length} traces`;
  return `capture: ${traces}, ${steps} steps\n\n${lines.join('\n')}\n`;
}

function report(
  row: MetaRow,
  status: CaptureStatus,
  tree: Oid,
  inlineSubagents: readonly string[] = [],
): CapturedTrace {
  const { trace_id: traceId, step_count: steps, limitation_count: limitations } = row;
  return { traceId, status, steps, inlineSubagents, limitations, tree };
}

const CONTROL = /[\x00-\x1f\x7f]/;

/** A native id is data: bounded, and without characters that could confuse a line-based reader. */
function assertSessionId(sessionId: string): void {
  if (sessionId !== '' && sessionId.length <= 512 && !CONTROL.test(sessionId)) return;
  throw new OtError('OT_SESSION_ID', 'usage', 'the session has no usable native id');
}
