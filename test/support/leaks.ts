/**
 * Looks for what is left of secrets in bytes that left: as they stand, and with JSON escapes, percent
 * encoding, HTML entities, colours of terminals and base64 at every alignment undone.
 */
import { fromBytes, fromString } from '../../src/security/byte-text.ts';
import { unescapeJson } from '../../src/security/escapes.ts';

/** Shortest run of a secret's characters that counts as a leak. */
export const RUN = 8;
/** Levels of JSON escapes that are undone. */
const DEPTH = 6;
/** Shortest stretch of base64 that is decoded. */
const BASE64 = /[A-Za-z0-9+/_-]{12,}/g;

export interface Secret {
  readonly name: string;
  /** What must never leave. */
  readonly text: string;
}

export interface Leak {
  readonly name: string;
  readonly view: string;
  /** Never the run itself: a report of a leak is no second leak. */
  readonly offset: number;
}

/** Lines that every key of a kind begins and ends with say nothing. */
function secretLines(text: string): string[] {
  return text.split('\n').filter((line) => !line.startsWith('-----'));
}

/** What an issuer puts before every key, such as `github_pat_`. */
function publicPrefix(text: string): string {
  return /^(?:[A-Za-z0-9]{1,10}[-_.]){1,3}/.exec(text.slice(0, 16))?.[0] ?? '';
}

/** Finds runs of many secrets in one pass over a text. */
export class LeakFinder {
  readonly #names = new Map<string, string>();
  /** By hash of a run: 1 when some secret has one like it. */
  readonly #known = new Uint8Array(1 << 16);

  /** `isPublic`: text known to hold no secret; runs that stand in it count for nothing. */
  constructor(secrets: readonly Secret[], isPublic: Buffer = Buffer.alloc(0)) {
    for (const { name, text } of secrets) {
      for (const line of secretLines(text)) this.#add(name, fromString(line));
    }
    const common = fromBytes(isPublic);
    for (const [run, at] of this.#runsIn(common)) {
      if (common.startsWith(run, at)) this.#names.delete(run);
    }
  }

  /**
   * Leaks in `bytes`, one per secret. A run does not begin with the letter of an escape: behind a line end that
   * is written `\\n`, seven characters of a secret may look like eight.
   */
  find(bytes: Buffer): Leak[] {
    const leaks = new Map<string, Leak>();
    for (const [view, text] of viewsOf(fromBytes(bytes))) {
      for (const [run, offset] of this.#runsIn(text)) {
        if (text[offset - 1] === '\\') continue;
        const name = this.#names.get(run)!;
        if (!leaks.has(name)) leaks.set(name, { name, view, offset });
      }
    }
    return [...leaks.values()];
  }

  #add(name: string, text: string): void {
    const first = Math.max(0, publicPrefix(text).length - RUN + 1);
    for (let at = first; at + RUN <= text.length; at += 1) {
      const run = text.slice(at, at + RUN);
      this.#names.set(run, name);
      this.#known[hashAt(text, at)] = 1;
    }
  }

  *#runsIn(text: string): Generator<[run: string, at: number]> {
    for (let at = 0; at + RUN <= text.length; at += 1) {
      if (this.#known[hashAt(text, at)] === 0) continue;
      const run = text.slice(at, at + RUN);
      if (this.#names.has(run)) yield [run, at];
    }
  }
}

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let i = 0; i < RUN; i += 1) hash = Math.imul(hash, 31) + text.charCodeAt(at + i);
  return (hash ^ (hash >>> 15)) & 0xffff;
}

function* viewsOf(bytes: string): Generator<[view: string, text: string]> {
  let view = bytes;
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const level = depth === 0 ? 'as it stands' : `unescaped ${depth} times`;
    yield [level, view];
    yield [`${level}, percent encoding undone`, percentDecoded(view)];
    yield [`${level}, entities undone`, entitiesDecoded(view)];
    yield [`${level}, colours undone`, view.replaceAll(/(?:\x1b|\\033)\[[0-9;]*[A-Za-z]/g, '')];
    yield [`${level}, base64 undone`, base64Decoded(view)];
    const next = unescapeJson(view);
    if (next === view) return;
    view = next;
  }
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function entitiesDecoded(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/g,
    (whole, hex, dec, name) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      return String.fromCharCode(hex === undefined ? Number(dec) : Number.parseInt(hex, 16));
    },
  );
}

/** Every stretch of base64 at each of its four alignments. */
function base64Decoded(text: string): string {
  const stretches = text
    .replaceAll(/(?<=[A-Za-z0-9+/_-])(?:\\n|\n|\r)(?=[A-Za-z0-9+/_-]{4})/g, '')
    .match(BASE64);
  const decoded = (stretches ?? []).flatMap((run) =>
    [0, 1, 2, 3].map((shift) => Buffer.from(run.slice(shift), 'base64').toString('latin1')),
  );
  return decoded.join('\n');
}

/** True when a run of this one secret is in `bytes`. */
export function leaks(bytes: Buffer, secret: string): boolean {
  return new LeakFinder([{ name: '', text: secret }]).find(bytes).length > 0;
}
