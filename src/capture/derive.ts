/**
 * From sources to the files of a trace: a pure function of the sources, the project seen beside them and
 * the parser's version. The same input gives the same tree id, raw and sealed copy alike.
 */
import { canonicalJson } from '../base/canonical-json.ts';
import { subagentSessionId, traceIdOf } from '../base/ids.ts';
import { LineSplitter } from '../base/jsonl.ts';
import { filesDigest } from '../bucket/files-digest.ts';
import { TraceNames } from '../bucket/layout.ts';
import { hashObject } from '../git/object-codec.ts';
import type { HashAlgorithm, Oid } from '../git/ports.ts';
import { metaRowOf } from '../record/meta.ts';
import {
  type ObservedDependencies,
  type ObservedProject,
  SOURCE_SCHEMA_VERSION,
  type SourceMeta,
} from '../record/source.ts';
import { type MetaRow, TRACE_SCHEMA_VERSION, type TraceHead } from '../record/trace.ts';
import { withBoundedNames } from './bounded-names.ts';
import { Chunker } from './chunker.ts';
import { ContextWriter } from './context-segments.ts';
import type { TraceIdentity } from './identity.ts';
import { SegmentWriter } from './segments.ts';
import type { LateParts, ParseOptions, SessionFacts, SessionParse } from './session-source.ts';
import { READ_BYTES, type SourceInput, sourceChanged } from './source-input.ts';
import type { TraceFiles } from './trace-files.ts';

/** Chunk ids and length of a source that was read to its end. */
export interface StoredSource {
  readonly chunks: readonly Oid[];
  readonly bytes: number;
}

/** Stores a source's chunks and derives its steps in one pass (two when parts arrived late). */
export async function ingestPrimary(
  identity: TraceIdentity,
  input: SourceInput,
  files: TraceFiles,
  source: number,
): Promise<{ stored: StoredSource; facts: SessionFacts }> {
  const names = new TraceNames(traceIdOf(identity.format.agent, identity.sessionId));
  const first = await parsePass(identity, input, files, names, { source });
  if (first.late.size === 0) return first;
  files.clear('steps/');
  files.clear('patches/');
  files.clear('blobs/');
  files.clear('context/');
  const second = await parsePass(identity, input, files, names, { source, late: first.late });
  assertSame(first.stored, second.stored, input.fileName);
  return second;
}

/** Throws `OT_SOURCE_CHANGED` unless both looks at a source saw the same bytes. */
export function assertSame(before: StoredSource, after: StoredSource, fileName: string): void {
  const { chunks } = before;
  const same = chunks.length === after.chunks.length && chunks.every((oid, at) => oid === after.chunks[at]);
  if (!same) throw sourceChanged(fileName);
}

interface PassOptions {
  readonly source: number;
  readonly late?: LateParts;
}

async function parsePass(
  identity: TraceIdentity,
  input: SourceInput,
  files: TraceFiles,
  names: TraceNames,
  { source, late }: PassOptions,
): Promise<{ stored: StoredSource; facts: SessionFacts; late: LateParts }> {
  const segments = new SegmentWriter(files, names);
  const context = new ContextWriter(files, names, identity.parentSessionId !== undefined);
  const sink: ParseSink = {
    onStep: (parsed) => {
      const step = withBoundedNames(parsed);
      segments.add(step);
      context.add(step);
    },
    onContext: (fact) => context.note(fact),
  };
  const parse = openParse(identity, sink, late);
  const stored = await storeSource(input, files, names, source, (bytes) => parse.push(bytes));
  const end = parse.end();
  segments.end();
  context.end();
  return { stored, ...end };
}

/** What a parse hands over on its way. */
export type ParseSink = Pick<ParseOptions, 'onStep' | 'onContext'>;

/** A parser of the source's format that takes bytes as they come. */
export function openParse(
  { format, ...identity }: TraceIdentity,
  sink: ParseSink,
  late?: LateParts,
): { push(bytes: Buffer): void; end(): ReturnType<SessionParse['end']> } {
  const root = identity.parentSessionId ?? identity.sessionId;
  const parse = format.parse({
    sessionId: identity.sessionId,
    ...(identity.inlineSubagent === undefined ? {} : { subagent: identity.inlineSubagent }),
    ...(late === undefined ? {} : { late }),
    subagentTraceId: (agentId) => traceIdOf(format.agent, subagentSessionId(root, agentId)),
    ...sink,
  });
  const splitter = new LineSplitter((line) => parse.push(line));
  const end = (): ReturnType<SessionParse['end']> => {
    splitter.end();
    return parse.end();
  };
  return { push: (bytes) => splitter.push(bytes), end };
}

/** Stores the chunks of one source; `tap` sees the bytes on their way. */
export async function storeSource(
  input: SourceInput,
  files: TraceFiles,
  names: TraceNames,
  source: number,
  tap: (bytes: Buffer) => void = () => undefined,
): Promise<StoredSource> {
  const chunks: Oid[] = [];
  let total = 0;
  const chunker = new Chunker((chunk) => {
    chunks.push(files.put(names.sourceChunk(source, chunks.length), chunk));
  });
  for await (const bytes of input.read()) {
    total += bytes.length;
    chunker.push(bytes);
    tap(bytes);
    await files.ready();
  }
  chunker.end();
  return { chunks, bytes: total };
}

/** Ids of the chunks a source would be stored as; writes nothing. Push-style. */
export class SourceHasher {
  readonly #chunks: Oid[] = [];
  readonly #chunker: Chunker;
  #bytes = 0;

  constructor(algorithm: HashAlgorithm) {
    this.#chunker = new Chunker((chunk) => this.#chunks.push(hashObject(algorithm, 'blob', chunk)));
  }

  push(bytes: Buffer): void {
    this.#bytes += bytes.length;
    this.#chunker.push(bytes);
  }

  end(): StoredSource {
    this.#chunker.end();
    return { chunks: this.#chunks, bytes: this.#bytes };
  }
}

/** {@link SourceHasher} over a whole input. */
export async function hashSource(input: SourceInput, algorithm: HashAlgorithm): Promise<StoredSource> {
  const hasher = new SourceHasher(algorithm);
  for await (const bytes of input.read(Buffer.allocUnsafe(READ_BYTES))) hasher.push(bytes);
  return hasher.end();
}

/** Descriptor of a source; `rawBytes` differs from what is stored only in a sealed copy. */
export function sourceMetaOf(
  identity: TraceIdentity,
  fileName: string,
  stored: StoredSource,
  rawBytes = stored.bytes,
): SourceMeta {
  return {
    schema_version: SOURCE_SCHEMA_VERSION,
    agent: identity.format.agent,
    kind: identity.inlineSubagent === undefined ? 'session-log' : 'inline-subagent',
    format: identity.format.name,
    session_id: identity.sessionId,
    ...(identity.parentSessionId === undefined ? {} : { parent_session_id: identity.parentSessionId }),
    ...(identity.inlineSubagent === undefined ? {} : { subagent: identity.inlineSubagent }),
    file_name: fileName,
    bytes: stored.bytes,
    chunks: stored.chunks.length,
    raw_bytes: rawBytes,
  };
}

export function traceHeadOf(identity: TraceIdentity, facts: SessionFacts): TraceHead {
  const { format, parentSessionId } = identity;
  return {
    ...facts.head,
    schema_version: TRACE_SCHEMA_VERSION,
    trace_id: traceIdOf(format.agent, identity.sessionId),
    session_id: identity.sessionId,
    parser_version: format.parserVersion,
    ...(parentSessionId === undefined ? {} : { parent_trace_id: traceIdOf(format.agent, parentSessionId) }),
    limitations: [...facts.limitations],
  };
}

/** Writes the records of a trace whose chunks and segments are in place; returns its manifest row. */
export function writeRecords(
  files: TraceFiles,
  head: TraceHead,
  sources: readonly SourceMeta[],
  project: ObservedProject,
  dependencies: ObservedDependencies | null = null,
): MetaRow {
  const names = new TraceNames(head.trace_id);
  sources.forEach((meta, index) => {
    putRecord(files, names.sourceMeta(index), meta);
  });
  putRecord(files, names.observed(0, 'project'), project);
  if (dependencies !== null) putRecord(files, names.observed(0, 'dependencies'), dependencies);
  putRecord(files, names.trace, head);
  const meta = metaRowOf(head, sources, project, filesDigest(names, files.paths));
  putRecord(files, names.meta, meta);
  return meta;
}

/** Every record file is one line of canonical JSON. */
export function putRecord(files: TraceFiles, path: string, record: unknown): Oid {
  return files.put(path, Buffer.from(`${canonicalJson(record)}\n`, 'utf8'));
}
