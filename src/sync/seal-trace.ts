/**
 * The sealed copy of one trace: the capture of its sealed sources (DESIGN §3). Ids stay, because they come
 * from native ids and positions; texts do not, because everything derived is derived again.
 */

import { OtError } from '../base/errors.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import {
  ingestPrimary,
  putRecord,
  sourceMetaOf,
  storeSource,
  traceHeadOf,
  writeRecords,
} from '../capture/derive.ts';
import { formatByName } from '../capture/formats.ts';
import { identityOfSource, primarySource } from '../capture/identity.ts';
import type { SourceInput } from '../capture/source-input.ts';
import { TraceFiles } from '../capture/trace-files.ts';
import type { ObjectBatch, Oid } from '../git/ports.ts';
import type { SourceMeta } from '../record/source.ts';
import type { ObservedStart } from '../record/start.ts';
import type { MetaRow } from '../record/trace.ts';
import type { Policy, SecretEntry } from '../security/contract.ts';
import { assertNoneLeft, listFindings } from '../security/external/sweep.ts';
import { FieldClassifier } from '../security/fields.ts';
import {
  combineSealed,
  deriveSealedAsync,
  mergeSealed,
  type ScannedStream,
  type Sealed,
  type SealSession,
  sealedValue,
  settleSeal,
} from '../security/seal.ts';
import type { SealEngine } from '../security/seal-engine.ts';
import { SecretList } from '../security/secret-list.ts';
import { type SealedBefore, type SealedBegin, sealedBegin } from './sealed-before.ts';
import { type BesideSources, ContentCounter, type SealedContent } from './sealed-content.ts';
import { arrivedStart, leavingStart, startBytes } from './sealed-start.ts';
import { type TextSource, textSources } from './text-source.ts';

export interface SealedTrace {
  readonly tree: Oid;
  readonly row: MetaRow;
  /** True when the previous sealed text is no beginning of this one: its history must not stay. */
  readonly rewritten: boolean;
  /** Counts only. */
  readonly content: SealedContent;
}

export interface SealOutcome {
  readonly sealed: Sealed<SealedTrace>;
  /** The trace's secret list after sealing; the caller stores it in the raw journal when it grew. */
  readonly list: SecretList;
  /** Entries that the stored list has. */
  readonly known: number;
}

export interface SealTraceOptions {
  readonly raw: TraceFolder;
  /** The sealed copy as it was, when there is one under this policy. */
  readonly previous: SealedBefore | null;
  readonly policy: Policy;
  /** Secrets found in related traces, listed for this one too. */
  readonly shared?: readonly SecretEntry[];
  readonly batch: ObjectBatch;
  readonly algorithm: TraceFiles['algorithm'];
  /** Default: this thread. */
  readonly engine?: SealEngine;
}

interface Parts extends BesideSources {
  readonly sources: readonly (() => AsyncIterable<Buffer>)[];
}

/** Seals every source of a trace and derives the copy. Throws `OT_SEAL_RESIDUE` (exit 8), `OT_TOOL_FAILED` (exit 3). */
export async function sealTrace(options: SealTraceOptions): Promise<SealOutcome> {
  const { raw, policy, engine, shared = [] } = options;
  const sources = await textSources(raw);
  const metas = sources.map(({ meta }) => meta);
  const list = await readSecrets(raw);
  const before = list.size;
  for (const { kind, value } of shared) list.add(kind, value);
  const format = metas[0]?.format ?? '';
  const start = leavingStart(await raw.start());
  const readers = [...sources.map((source) => () => source.read()), ...startBytes(start)];
  const found = await listFindings(policy.external, readers, list);
  const seal = { policy, list, format, ...(engine === undefined ? {} : { engine }) };
  const sealed = await settleSeal(seal, async (session) => {
    const parts = await sealParts(session, options, { sources, start, list, stored: before });
    return deriveSealedAsync(parts, async (value) => {
      const sweep = {
        tools: policy.external,
        found,
        raw: readers,
        sealed: [...value.sources, ...startBytes(value.start)],
      };
      await assertNoneLeft({ ...sweep, fields: new FieldClassifier(format) });
      return deriveCopy(options, metas, value);
    });
  });
  return { sealed, list, known: before };
}

/** The list behind a trace's placeholders, empty when nothing was ever found. */
export async function readSecrets(raw: TraceFolder): Promise<SecretList> {
  const files = await raw.files();
  return files.has(raw.names.secrets)
    ? SecretList.decode(await raw.bytes(raw.names.secrets))
    : new SecretList();
}

interface Sealing {
  readonly sources: readonly TextSource[];
  readonly start: ObservedStart | null;
  readonly list: SecretList;
  /** Size of the list when the last sealed copy was made. */
  readonly stored: number;
}

/** The begin of a source that was sealed before stays, unless its growth brings a new secret to light. */
async function sealParts(
  session: SealSession,
  { raw, previous }: SealTraceOptions,
  { sources, start, list, stored }: Sealing,
): Promise<Sealed<Parts>> {
  const begins = await Promise.all(sources.map((source, index) => beginOf(raw, previous, source, index)));
  const scanned: ScannedStream[] = [];
  for (const [index, source] of sources.entries()) {
    scanned.push(await session.scanStream(restOf(source, begins[index]!)));
  }
  const beside = session.sealJson({
    fileNames: sources.map(({ meta }) => meta.file_name),
    project: await raw.project(),
    dependencies: await raw.dependencies(),
    start,
  });
  assertPlainIds(
    session,
    raw.traceId,
    sources.map(({ meta }) => meta),
  );
  const isSettled = list.size === stored;
  const streams = sources.map((source, index) => {
    const begin = begins[index]!;
    if (begin === null) return session.sealStream(() => source.read(), scanned[index]);
    if (!isSettled) return session.sealStream(() => source.read());
    const rest = session.sealStream(() => restOf(source, begin), scanned[index]);
    return mergeSealed(begin.read, rest, (first, then) => () => oneAfterAnother(first, then));
  });
  return mergeSealed(beside, combineSealed(streams), (own, sealed) => ({ ...own, sources: sealed }));
}

async function beginOf(
  raw: TraceFolder,
  previous: SealedBefore | null,
  { readFrom }: TextSource,
  source: number,
): Promise<SealedBegin | null> {
  return previous === null || readFrom === null ? null : sealedBegin(raw, previous, source);
}

function restOf(source: TextSource, begin: SealedBegin | null): AsyncIterable<Buffer> {
  return begin === null || source.readFrom === null ? source.read() : source.readFrom(begin.chunks);
}

async function* oneAfterAnother(
  first: () => AsyncIterable<Buffer>,
  then: () => AsyncIterable<Buffer>,
): AsyncIterable<Buffer> {
  yield* first();
  yield* then();
}

/**
 * Ids are the same in the raw and in the sealed copy, so one that holds a secret cannot be sealed. Throws
 * `OT_SEAL_ID` (blocked).
 */
function assertPlainIds(session: SealSession, traceId: string, metas: readonly SourceMeta[]): void {
  const native = metas.flatMap(({ session_id, parent_session_id = '', subagent = '' }) => [
    ...session_id.split('/'),
    ...parent_session_id.split('/'),
    subagent,
  ]);
  const sealed = sealedValue(session.sealJson({ sessionId: native }));
  if (sealed.sessionId.every((id, index) => id === native[index])) return;
  throw new OtError(
    'OT_SEAL_ID',
    'blocked',
    `the native id of trace ${traceId} holds what looks like a secret`,
    {
      hint: `Nothing was sent. Remove the trace: git ot bucket forget ${traceId}`,
    },
  );
}

async function deriveCopy(
  options: SealTraceOptions,
  metas: readonly SourceMeta[],
  parts: Parts,
): Promise<SealedTrace> {
  const { batch, algorithm, raw } = options;
  const previous = options.previous === null ? null : sealedValue(options.previous.sealed);
  const known = previous === null ? new Set<Oid>() : new Set((await previous.files()).values());
  const files = new TraceFiles(batch, algorithm, known);
  const decides = primarySource(metas);
  const format = formatOfSource(metas[decides]!, raw.traceId);
  const identity = identityOfSource(format, metas[decides]!);
  const counter = new ContentCounter(parts);
  const checks = metas.map((_, source) => {
    const read = (): AsyncIterable<Buffer> => counter.counted(source, parts.sources[source]!());
    return new GrowthCheck(previous, source, read);
  });
  const inputs = checks.map((check, source) => check.input(parts.fileNames[source] ?? ''));
  const { stored: main, facts } = await ingestPrimary(identity, inputs[decides]!, files, decides);
  const sealedMetas: SourceMeta[] = [];
  for (const [source, meta] of metas.entries()) {
    const stored = source === decides ? main : await storeSource(inputs[source]!, files, raw.names, source);
    const own = identityOfSource(formatOfSource(meta, raw.traceId), meta);
    sealedMetas.push(sourceMetaOf(own, inputs[source]!.fileName, stored, meta.raw_bytes));
  }
  if (parts.start !== null) {
    putRecord(files, raw.names.observed(0, 'start'), arrivedStart(parts.start, algorithm));
  }
  const row = writeRecords(
    files,
    traceHeadOf(identity, facts),
    sealedMetas,
    parts.project,
    parts.dependencies,
  );
  const rewritten = checks.some((check) => check.diverged);
  return { tree: files.writeTree(), row, rewritten, content: counter.content() };
}

function formatOfSource(meta: SourceMeta, traceId: string): NonNullable<ReturnType<typeof formatByName>> {
  const format = formatByName(meta.agent, meta.format);
  if (format !== null) return format;
  throw new OtError(
    'OT_FORMAT_UNKNOWN',
    'usage',
    `trace ${traceId} is of a format this git-ot does not know`,
    {
      hint: 'upgrade git-ot',
    },
  );
}

/** Tells, while a sealed source streams by, whether the one sealed before is a beginning of it. */
class GrowthCheck {
  readonly #previous: TraceFolder | null;
  readonly #source: number;
  readonly #read: () => AsyncIterable<Buffer>;
  diverged = false;

  constructor(previous: TraceFolder | null, source: number, read: () => AsyncIterable<Buffer>) {
    this.#previous = previous;
    this.#source = source;
    this.#read = read;
  }

  input(fileName: string): SourceInput {
    return { fileName, read: () => this.#compared() };
  }

  async *#compared(): AsyncIterable<Buffer> {
    const before = this.#previous?.readSource(this.#source)[Symbol.asyncIterator]();
    let rest: Buffer = Buffer.alloc(0);
    for await (const bytes of this.#read()) {
      let at = 0;
      while (before !== undefined && !this.diverged && at < bytes.length) {
        if (rest.length === 0) rest = await nextChunk(before);
        if (rest.length === 0) break;
        const length = Math.min(rest.length, bytes.length - at);
        if (!rest.subarray(0, length).equals(bytes.subarray(at, at + length))) this.diverged = true;
        rest = rest.subarray(length);
        at += length;
      }
      yield bytes;
    }
    if (before === undefined || this.diverged) return;
    if (rest.length > 0 || (await nextChunk(before)).length > 0) this.diverged = true;
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  const next = await chunks.next();
  return next.done === true ? Buffer.alloc(0) : next.value;
}
