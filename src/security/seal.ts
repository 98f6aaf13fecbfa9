/**
 * The one gate of egress: only this file makes a `Sealed` value, and everything that sends takes nothing
 * else. A `Sealed` value came out of a sealer of a named policy, or was computed from such values alone.
 */
import { LineSplitter } from '../base/jsonl.ts';
import { fromString, toBytes } from './byte-text.ts';
import type { Policy, SealReport } from './contract.ts';
import type { SecretList } from './secret-list.ts';
import { SourceSealer } from './source-sealer.ts';

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

const NEWLINE = Buffer.from('\n');

export interface SealSessionOptions {
  readonly policy: Policy;
  /** The trace's list; grows as secrets are found. Store it before what was sealed with it. */
  readonly list: SecretList;
  /** Name of the session format (`SessionFormat.name`), or any other word for plain records. */
  readonly format: string;
}

/** Sealing of one source: `scan` all its lines, then `seal` them all in order. */
export class SealSession {
  readonly #sealer: SourceSealer;

  constructor(options: SealSessionOptions) {
    this.#sealer = new SourceSealer(options);
  }

  /** First pass, a line without its line end. */
  scan(line: Buffer): void {
    this.#sealer.scan(line);
  }

  /** Second pass; throws `OT_SEAL_RESIDUE` (blocked). */
  seal(line: Buffer): Sealed<Buffer> {
    return new SealedBox(this.#sealer.seal(line));
  }

  /**
   * A whole source, line by line, after `scan` saw every line: the sealed bytes come out of the reader as
   * the raw ones go in, so memory is bounded by a line. Reading throws `OT_SEAL_RESIDUE` (blocked).
   */
  sealStream(read: () => AsyncIterable<Buffer>): Sealed<() => AsyncIterable<Buffer>> {
    return new SealedBox(() => this.#sealedBytes(read()));
  }

  async *#sealedBytes(raw: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    let sealed: Buffer[] = [];
    const splitter = new LineSplitter(({ bytes, terminated }) => {
      sealed.push(this.#sealer.seal(bytes));
      if (terminated) sealed.push(NEWLINE);
    });
    for await (const bytes of raw) {
      splitter.push(bytes);
      if (sealed.length > 0) yield Buffer.concat(sealed);
      sealed = [];
    }
    splitter.end();
    if (sealed.length > 0) yield Buffer.concat(sealed);
  }

  /** Both passes over a short text beside the source, such as a file or project name. */
  sealText(text: string): Sealed<string> {
    const bytes = toBytes(fromString(text));
    this.scan(bytes);
    return new SealedBox(this.#sealer.seal(bytes).toString('utf8'));
  }

  /** Both passes over a JSON value beside the source; keys and structure stay. */
  sealJson<T>(value: T): Sealed<T> {
    const bytes = Buffer.from(JSON.stringify(value), 'utf8');
    this.scan(bytes);
    return new SealedBox(JSON.parse(this.#sealer.seal(bytes).toString('utf8')) as T);
  }

  /** Counts so far: no text, so free to leave. */
  report(): SealReport {
    return this.#sealer.report();
  }
}

export function openSealSession(options: SealSessionOptions): SealSession {
  return new SealSession(options);
}
