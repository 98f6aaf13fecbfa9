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
import type { SourceMeta } from '../record/source.ts';
import type { MetaRow } from '../record/trace.ts';
import {
  hashSource,
  ingestPrimary,
  type StoredSource,
  sourceMetaOf,
  storeSource,
  traceHeadOf,
  writeRecords,
} from './derive.ts';
import { type Relation, relationTo } from './growth.ts';
import { primarySource, type TraceIdentity } from './identity.ts';
import { mergeProject, type ProjectResolver } from './project.ts';
import type { SessionFacts } from './session-source.ts';
import type { SourceInput } from './source-input.ts';
import { TraceFiles } from './trace-files.ts';

export type CaptureStatus = 'captured' | 'grown' | 'new_source' | 'unchanged';

export interface CapturedTrace {
  readonly traceId: string;
  readonly status: CaptureStatus;
  readonly steps: number;
  /** Native agent ids of sub-agents inside this source; empty when nothing was read again. */
  readonly inlineSubagents: readonly string[];
  readonly limitations: number;
}

/** Raw bytes after which a transaction is appended and the next begins. */
const FLUSH_BYTES = 64 * 1024 * 1024;

interface Stored {
  readonly ref: string;
  readonly folder: TraceFolder;
}

interface Match {
  readonly relation: Relation;
  readonly source: number;
}

/** State of a session in the bucket at one generation of the transaction. */
export interface Prepared {
  readonly generation: number;
  /** `row` is set when there is nothing to do. */
  readonly stored: (Stored & { readonly match: Match; readonly row: MetaRow | null }) | null;
}

interface Pending {
  readonly ref: string;
  readonly tree: Oid;
  readonly row: MetaRow;
}

export class CaptureTransaction {
  readonly #bucket: Bucket;
  readonly #projects: ProjectResolver;
  readonly #pending = new Map<string, Pending>();
  #batch: ObjectBatch;
  #index: JournalIndex | undefined;
  /** Counts flushes: what was prepared before one may be out of date after it. */
  #generation = 0;
  #bytes = 0;
  #commits = 0;

  constructor(bucket: Bucket, projects: ProjectResolver) {
    this.#bucket = bucket;
    this.#projects = projects;
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
    const traceId = traceIdOf(identity.format.agent, identity.sessionId);
    const stored = await this.#find(traceId);
    if (stored === null) return { generation: this.#generation, stored };
    const match = await matchSource(stored.folder, identity, input, hashed, this.algorithm);
    const row = match.relation === 'same' || match.relation === 'shorter' ? await stored.folder.meta() : null;
    return { generation: this.#generation, stored: { ...stored, match, row } };
  }

  /** Captures one session from one source. `folder` overrides where the session says it ran. */
  async add(
    identity: TraceIdentity,
    input: SourceInput,
    folder: string | null,
    prepared?: Prepared,
  ): Promise<CapturedTrace> {
    const traceId = traceIdOf(identity.format.agent, identity.sessionId);
    if (this.#pending.has(traceId)) await this.flush();
    const fresh = prepared !== undefined && prepared.generation === this.#generation;
    const { stored } = fresh ? prepared : await this.prepare(identity, input);
    if (stored === null) return this.#addNew(identity, input, folder);
    if (stored.row !== null) return unchanged(traceId, stored.row);
    return this.#addKnown(identity, input, folder, stored);
  }

  /** Call between whole sessions: a session and its inline sub-agents become visible together. */
  async settle(): Promise<void> {
    if (this.#bytes >= FLUSH_BYTES) await this.flush();
  }

  /** Makes everything added so far durable and visible; a no-op when nothing changed. */
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
    this.#pending.clear();
    await this.#batch.abort();
  }

  async #find(traceId: string): Promise<Stored | null> {
    const { objects } = ownShelf(this.#bucket);
    this.#index ??= new JournalIndex(ownShelf(this.#bucket));
    const found = await this.#index.find(traceId);
    return found === null ? null : { ref: found.ref, folder: new TraceFolder(objects, traceId, found.tree) };
  }

  async #addNew(identity: TraceIdentity, input: SourceInput, folder: string | null): Promise<CapturedTrace> {
    const files = this.#newFiles();
    const { stored, facts } = await ingestPrimary(identity, input, files, 0);
    const meta = sourceMetaOf(identity, input.fileName, stored);
    const project = await this.#projects.resolve(folder ?? facts.cwd);
    const row = writeRecords(files, traceHeadOf(identity, facts), [meta], project);
    const ref = laneRef(this.#bucket.lane, monthOf(facts.head.timestamp_start));
    this.#remember(row, ref, files, stored.bytes);
    return report(row, 'captured', facts);
  }

  async #addKnown(
    identity: TraceIdentity,
    input: SourceInput,
    folder: string | null,
    known: Stored & { readonly match: Match },
  ): Promise<CapturedTrace> {
    const { match } = known;
    const old = await known.folder.files();
    const files = this.#newFiles(new Set(old.values()));
    const context = { identity, input, known: known.folder, files, old };
    const metas = await known.folder.sourceMetas();
    const primary = match.relation === 'grown' && match.source === primarySource(metas);
    const {
      metas: next,
      facts,
      bytes,
    } = primary
      ? await regrow(context, metas, match.source)
      : await addSource(context, metas, match.relation === 'grown' ? match.source : metas.length);
    const head = traceHeadOf(identity, facts);
    const project = mergeProject(
      await known.folder.project(),
      await this.#projects.resolve(folder ?? facts.cwd),
    );
    const row = writeRecords(files, head, next, project);
    this.#remember(row, known.ref, files, bytes);
    return report(row, match.relation === 'grown' ? 'grown' : 'new_source', facts);
  }

  #newFiles(known?: ReadonlySet<Oid>): TraceFiles {
    return new TraceFiles(this.#batch, this.#bucket.repository.algorithm, known);
  }

  #remember(row: MetaRow, ref: string, files: TraceFiles, bytes: number): void {
    this.#pending.set(row.trace_id, { ref, tree: files.writeTree(), row });
    this.#bytes += bytes;
  }
}

interface GrowContext {
  readonly identity: TraceIdentity;
  readonly input: SourceInput;
  readonly known: TraceFolder;
  readonly files: TraceFiles;
  readonly old: ReadonlyMap<string, Oid>;
}

interface Grown {
  readonly metas: SourceMeta[];
  readonly facts: SessionFacts;
  readonly bytes: number;
}

/** The source that steps come from has grown: its steps are derived again. */
async function regrow(context: GrowContext, metas: readonly SourceMeta[], source: number): Promise<Grown> {
  const { identity, input, files, old, known } = context;
  for (const [index] of metas.entries()) if (index !== source) files.adopt(old, `sources/${index}/`);
  keepBeside(files, old, known);
  const { stored, facts } = await ingestPrimary(identity, input, files, source);
  const next = [...metas];
  next[source] = sourceMetaOf(identity, input.fileName, stored);
  return { metas: next, facts, bytes: stored.bytes };
}

/**
 * Another history of the same session (or growth of such a one): kept beside. Steps come from the source
 * that decides, which is parsed again here only to learn its facts.
 */
async function addSource(context: GrowContext, metas: readonly SourceMeta[], source: number): Promise<Grown> {
  const { identity, input, files, old, known } = context;
  for (const [index] of metas.entries()) if (index !== source) files.adopt(old, `sources/${index}/`);
  keepBeside(files, old, known);
  const stored = await storeSource(input, files, known.names, source);
  const next = [...metas];
  next[source] = sourceMetaOf(identity, input.fileName, stored);
  const decides = primarySource(next);
  const from = decides === source ? input : storedInput(known, decides, next[decides]!.file_name);
  const { facts } = await ingestPrimary(identity, from, files, decides);
  return { metas: next, facts, bytes: stored.bytes };
}

/** What is not derived from sources stays with the trace: the list behind its placeholders. */
function keepBeside(files: TraceFiles, old: ReadonlyMap<string, Oid>, folder: TraceFolder): void {
  files.adopt(old, folder.names.secrets);
}

/** Input that reads a stored source again. */
export function storedInput(folder: TraceFolder, source: number, fileName: string): SourceInput {
  return { fileName, read: () => folder.readSource(source) };
}

async function matchSource(
  folder: TraceFolder,
  identity: TraceIdentity,
  input: SourceInput,
  hashed: StoredSource | undefined,
  algorithm: HashAlgorithm,
): Promise<Match> {
  const { chunks } = hashed ?? (await hashSource(input, algorithm));
  const kind = identity.inlineSubagent === undefined ? 'session-log' : 'inline-subagent';
  for (const [source, meta] of (await folder.sourceMetas()).entries()) {
    if (meta.kind !== kind) continue;
    const relation = await relationTo(folder, source, input, chunks);
    if (relation !== 'diverged') return { relation, source };
  }
  return { relation: 'diverged', source: -1 };
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

function report(row: MetaRow, status: CaptureStatus, facts: SessionFacts): CapturedTrace {
  return {
    traceId: row.trace_id,
    status,
    steps: row.step_count,
    inlineSubagents: facts.inlineSubagents,
    limitations: row.limitation_count,
  };
}

function unchanged(traceId: string, row: MetaRow): CapturedTrace {
  return {
    traceId,
    status: 'unchanged',
    steps: row.step_count,
    inlineSubagents: [],
    limitations: row.limitation_count,
  };
}

const CONTROL = /[\x00-\x1f\x7f]/;

/** A native id is data: bounded, and without characters that could confuse a line-based reader. */
function assertSessionId(sessionId: string): void {
  if (sessionId !== '' && sessionId.length <= 512 && !CONTROL.test(sessionId)) return;
  throw new OtError('OT_SESSION_ID', 'usage', 'the session has no usable native id');
}
