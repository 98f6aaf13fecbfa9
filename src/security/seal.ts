/**
 * The one gate of egress: only this file makes a `Sealed` value, and everything that sends takes nothing
 * else. A `Sealed` value came out of a sealer of a named policy, or was computed from such values alone.
 */
import { OtError } from '../base/errors.ts';
import type { BatchSeal } from './batch-sealer.ts';
import { batchesOf, mapInOrder } from './batches.ts';
import { fromString, toBytes } from './byte-text.ts';
import type { Policy, SealReport } from './contract.ts';
import { localEngine, type SealEngine, type SealJob } from './seal-engine.ts';
import type { SecretList } from './secret-list.ts';
import { residueError, SourceSealer } from './source-sealer.ts';
import type { Places } from './text-search.ts';

/** Not exported: neither a type assertion short of `unknown` nor a look-alike object makes one. */
class SealedBox<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  static open<T>(box: SealedBox<T>): T {
    if (!(#value in box)) throw new TypeError('not a sealed value');
    return box.#value;
  }
}

export type Sealed<T> = SealedBox<T>;

/** The value inside; throws a TypeError on anything this file did not make. */
export function sealedValue<T>(sealed: Sealed<T>): T {
  return SealedBox.open(sealed);
}

/**
 * A value computed from a sealed one. `derive` must use nothing but its argument, constants, and ids and
 * counts that carry no text; that is the caller's promise, checked in review.
 */
export function deriveSealed<T, U>(sealed: Sealed<T>, derive: (value: T) => U): Sealed<U> {
  return new SealedBox(derive(SealedBox.open(sealed)));
}

/** {@link deriveSealed} for a computation that takes time. */
export async function deriveSealedAsync<T, U>(
  sealed: Sealed<T>,
  derive: (value: T) => Promise<U>,
): Promise<Sealed<U>> {
  return new SealedBox(await derive(SealedBox.open(sealed)));
}

/** Several sealed values as one. */
export function combineSealed<T>(parts: readonly Sealed<T>[]): Sealed<readonly T[]> {
  return new SealedBox(parts.map((part) => SealedBox.open(part)));
}

/** {@link deriveSealed} over two sealed values. */
export function mergeSealed<A, B, U>(
  left: Sealed<A>,
  right: Sealed<B>,
  merge: (left: A, right: B) => U,
): Sealed<U> {
  return new SealedBox(merge(SealedBox.open(left), SealedBox.open(right)));
}

/**
 * The tip read from a sealed ref of the bucket. Nothing but sealed traces is ever appended to a ref of such a
 * name (`bucket/journal.ts`); any other name throws a TypeError.
 */
export function sealedRefTip(ref: string, oid: string): Sealed<string> {
  if (!/^refs\/opentraces\/sealed\/[0-9a-f]{8}\/[0-9a-f]{16}\/\d{4}-\d{2}$/.test(ref)) {
    throw new TypeError('not a sealed ref of the bucket');
  }
  return new SealedBox(oid);
}

export interface SealSessionOptions {
  readonly policy: Policy;
  /** The trace's list; grows as secrets are found. Store it before what was sealed with it. */
  readonly list: SecretList;
  /** Name of the session format (`SessionFormat.name`), or any other word for plain records. */
  readonly format: string;
  /** Default: this thread. */
  readonly engine?: SealEngine;
}

/** What the first pass over a stream saw of each batch. */
interface ScannedBatch {
  readonly length: number;
  readonly places: readonly Places[];
}

/** Proof of a first pass over a stream; see {@link SealSession.scanStream}. */
export type ScannedStream = readonly ScannedBatch[];

/**
 * Sealing of one trace: scan all of all its sources, then seal them and what stands beside them.
 * What has been sealed was searched for the values listed by then, so from the first sealed value on the
 * list must not grow: `OT_SEAL_UNSETTLED` (conflict, retryable) says that it did, and the trace has to be
 * sealed again with the grown list. {@link settleSeal} does that.
 */
export class SealSession {
  readonly #options: SealSessionOptions;
  readonly #sealer: SourceSealer;
  readonly #job: SealJob;
  readonly #width: number;
  /** Report of each stream's last reading. */
  readonly #streams: SealReport[] = [];
  /** Size of the list when the first value was sealed. */
  #sealedAt: number | null = null;

  constructor(options: SealSessionOptions) {
    const { policy, format, engine = localEngine } = options;
    this.#options = options;
    this.#sealer = new SourceSealer(options);
    this.#job = engine.open(policy, format);
    this.#width = engine.width;
  }

  /** First pass, a line without its line end. */
  scan(line: Buffer): void {
    this.#sealer.scan(line);
  }

  /** Second pass; throws `OT_SEAL_RESIDUE` (blocked) and `OT_SEAL_UNSETTLED`. */
  seal(line: Buffer): Sealed<Buffer> {
    return new SealedBox(this.#sealLine(line));
  }

  /** First pass over a whole source. The list must not grow from elsewhere meanwhile. */
  async scanStream(source: AsyncIterable<Buffer>): Promise<ScannedStream> {
    const { list } = this.#options;
    const known = [...list.entries];
    const scanned: ScannedBatch[] = [];
    const results = mapInOrder(batchesOf(source), this.#width, async (batch) => ({
      length: batch.length,
      ...(await this.#job.scan(batch, known)),
    }));
    for await (const { length, found, places } of results) {
      for (const { kind, value } of found) list.add(kind, value);
      scanned.push({ length, places });
    }
    return scanned;
  }

  /**
   * A whole source, after `scanStream` saw all sources: the sealed bytes come out of the reader as the raw
   * ones go in, so memory is bounded by a few batches. It may be read again. `scanned` must come from the
   * same bytes; without it every line is searched anew. Reading throws `OT_SEAL_RESIDUE` (blocked) and
   * `OT_SEAL_UNSETTLED`.
   */
  sealStream(
    read: () => AsyncIterable<Buffer>,
    scanned: ScannedStream = [],
  ): Sealed<() => AsyncIterable<Buffer>> {
    const stream = this.#streams.push(EMPTY_REPORT) - 1;
    return new SealedBox(() => this.#sealedBytes(read(), scanned, stream));
  }

  async *#sealedBytes(
    raw: AsyncIterable<Buffer>,
    scanned: ScannedStream,
    stream: number,
  ): AsyncIterable<Buffer> {
    const { list } = this.#options;
    this.#streams[stream] = EMPTY_REPORT;
    this.#sealedAt ??= list.size;
    const entries = [...list.entries];
    const results = mapInOrder(batchesOf(raw), this.#width, (batch, index) => {
      const before = scanned[index];
      const places = before?.length === batch.length ? before.places : null;
      return this.#job.seal(batch, entries, places);
    });
    for await (const result of results) yield this.#accept(result, stream);
  }

  /** The bytes of a batch; throws when it is none that may leave. */
  #accept(result: BatchSeal, stream: number): Buffer {
    const { list } = this.#options;
    const before = this.#streams[stream]!;
    if (result.state === 'residue') {
      const { rule, line } = result.residue;
      throw residueError({ rule, line: before.lines + line });
    }
    if (result.state === 'unsettled') for (const { kind, value } of result.found) list.add(kind, value);
    if (result.state === 'unsettled' || list.size !== this.#sealedAt) throw unsettled();
    this.#streams[stream] = sumReports([before, result.report]);
    return result.bytes;
  }

  /** Both passes over a short text beside the source, such as a file or project name. */
  sealText(text: string): Sealed<string> {
    const bytes = toBytes(fromString(text));
    this.scan(bytes);
    return deriveSealed(this.seal(bytes), (sealed) => sealed.toString('utf8'));
  }

  /** Both passes over a JSON value beside the source; structure stays. */
  sealJson<T>(value: T): Sealed<T> {
    const bytes = Buffer.from(JSON.stringify(value), 'utf8');
    this.scan(bytes);
    return deriveSealed(this.seal(bytes), (sealed) => JSON.parse(sealed.toString('utf8')) as T);
  }

  /** Counts of what was sealed, a stream by its last reading: no text, so free to leave. */
  report(): SealReport {
    return sumReports([this.#sealer.report(), ...this.#streams]);
  }

  /** Call when nothing of it will be read any more. */
  close(): void {
    this.#job.close();
  }

  #sealLine(line: Buffer): Buffer {
    const { list } = this.#options;
    this.#sealedAt ??= list.size;
    const sealed = this.#sealer.seal(line);
    if (list.size !== this.#sealedAt) throw unsettled();
    return sealed;
  }
}

const EMPTY_REPORT: SealReport = { replaced: {}, lines: 0, bytesIn: 0, bytesOut: 0 };

export function openSealSession(options: SealSessionOptions): SealSession {
  return new SealSession(options);
}

/** Each attempt knows the values of the one before; more than a few mean that somebody built a chain. */
const MAX_ATTEMPTS = 6;

/**
 * Runs `attempt` with a new session, again whenever the list grew while it was sealing. `attempt` does both
 * passes and keeps nothing of a failed run. Throws what `attempt` throws, and `OT_SEAL_RESIDUE` (blocked)
 * when the list does not settle.
 */
export async function settleSeal<T>(
  options: SealSessionOptions,
  attempt: (session: SealSession) => Promise<T>,
): Promise<T> {
  for (let count = 0; count < MAX_ATTEMPTS; count += 1) {
    const session = new SealSession(options);
    try {
      return await attempt(session);
    } catch (error) {
      if (!(error instanceof OtError) || error.code !== 'OT_SEAL_UNSETTLED') throw error;
    } finally {
      session.close();
    }
  }
  throw new OtError('OT_SEAL_RESIDUE', 'blocked', 'sealing a trace brings secrets to light without end', {
    hint: 'Nothing was sent. Leave this session out.',
  });
}

function unsettled(): OtError {
  return new OtError('OT_SEAL_UNSETTLED', 'conflict', 'a secret came to light after sealing had begun', {
    hint: 'Seal the trace again: the secret is listed now.',
    retryable: true,
  });
}

function sumReports(reports: readonly SealReport[]): SealReport {
  const replaced = new Map<string, number>();
  const total = { lines: 0, bytesIn: 0, bytesOut: 0 };
  for (const report of reports) {
    total.lines += report.lines;
    total.bytesIn += report.bytesIn;
    total.bytesOut += report.bytesOut;
    for (const [kind, count] of Object.entries(report.replaced))
      replaced.set(kind, (replaced.get(kind) ?? 0) + count);
  }
  return { replaced: Object.fromEntries([...replaced].sort(([a], [b]) => (a < b ? -1 : 1))), ...total };
}
