/**
 * Names inside a bucket (DESIGN §2 and §3): refs, and paths of the journal tree. Everything that builds
 * or reads a name goes through here.
 */
import { traceSuffix } from '../base/ids.ts';

/** Version of the bucket's layout; a newer one is refused by name. */
export const BUCKET_FORMAT = 1;

export const LANES_PREFIX = 'refs/opentraces/lanes/';
export const SEALED_PREFIX = 'refs/opentraces/sealed/';
/** Last tip of each of our refs that a remote was seen to have. */
export const PUSHED_PREFIX = 'refs/opentraces/pushed/';

/** Month of a trace without any timestamp. */
export const NO_MONTH = '0000-00';
/** Steps per segment file. */
export const SEGMENT_STEPS = 64;
/** Largest source chunk in bytes. */
export const CHUNK_BYTES = 128 * 1024;
/** A field value longer than this many UTF-8 bytes becomes a blob of its own. */
export const INLINE_BYTES = 16 * 1024;

const TRACE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MONTH = /^\d{4}-\d{2}$/;

export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text);
}

export function isMonth(text: string): boolean {
  return MONTH.test(text);
}

/** `yyyy-mm` in UTC of an ISO timestamp, {@link NO_MONTH} when there is none. */
export function monthOf(timestamp: string | null | undefined): string {
  if (timestamp === null || timestamp === undefined) return NO_MONTH;
  const time = new Date(timestamp);
  if (Number.isNaN(time.getTime())) return NO_MONTH;
  const month = time.toISOString().slice(0, 7);
  return isMonth(month) ? month : NO_MONTH;
}

export function laneRef(lane: string, month: string): string {
  return `${LANES_PREFIX}${lane}/${month}`;
}

export function sealedRef(policyDigest: string, lane: string, month: string): string {
  return `${SEALED_PREFIX}${policyDigest}/${lane}/${month}`;
}

/** Name on a remote: the policy is not part of it. */
export function remoteSealedRef(lane: string, month: string): string {
  return `${SEALED_PREFIX}${lane}/${month}`;
}

export function pushedRef(remote: string, lane: string, month: string): string {
  return `${PUSHED_PREFIX}${remote}/${lane}/${month}`;
}

/** Lane and month at the end of any journal ref, or null when the name is not one. */
export function journalOfRef(name: string): { lane: string; month: string } | null {
  const parts = name.split('/');
  const month = parts.at(-1);
  const lane = parts.at(-2);
  if (month === undefined || lane === undefined || !isMonth(month) || !/^[0-9a-f]{16}$/.test(lane))
    return null;
  return { lane, month };
}

/** Folder of a trace below the root of a journal tree. */
export function tracePath(traceId: string): string {
  return `traces/${traceId.slice(0, 2)}/${traceId}`;
}

/** Names inside one trace folder; every file ends in the trace's suffix so that git finds deltas. */
export class TraceNames {
  readonly traceId: string;
  readonly #suffix: string;

  constructor(traceId: string) {
    this.traceId = traceId;
    this.#suffix = traceSuffix(traceId);
  }

  get meta(): string {
    return `meta.${this.#suffix}`;
  }

  get trace(): string {
    return `trace.${this.#suffix}`;
  }

  get secrets(): string {
    return `secrets.${this.#suffix}`;
  }

  /** Segment that holds this step: named after its first step. */
  segment(stepIndex: number): string {
    const first = Math.floor((stepIndex - 1) / SEGMENT_STEPS) * SEGMENT_STEPS + 1;
    return `${String(first).padStart(5, '0')}.${this.#suffix}`;
  }

  sourceMeta(source: number): string {
    return `sources/${source}/meta.${this.#suffix}`;
  }

  /** File name of a chunk inside its source's folder. */
  chunk(chunk: number): string {
    return `${String(chunk).padStart(5, '0')}.${this.#suffix}`;
  }

  sourceChunk(source: number, chunk: number): string {
    return `sources/${source}/${this.chunk(chunk)}`;
  }

  observed(source: number, kind: string): string {
    return `sources/${source}/observed/${kind}.${this.#suffix}`;
  }

  /** The record of a turn, numbered from 1. */
  turn(number: number): string {
    return this.observed(0, `turn-${String(number).padStart(5, '0')}`);
  }

  isTurn(path: string): boolean {
    return /^sources\/0\/observed\/turn-\d{5}\./.test(path);
  }

  contextBlob(oid: string): string {
    return `context/blobs/${oid}`;
  }

  blob(oid: string): string {
    return `blobs/${oid.slice(0, 2)}/${oid}`;
  }
}
