/**
 * The append-only list behind a trace's placeholders (`secrets.<t6>`, raw journal only). An entry's number
 * is its place in the list and never moves, so that a sealed text stays the same when the list grows.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { canonicalJson } from '../base/canonical-json.ts';
import { OtError } from '../base/errors.ts';
import { KINDS, type Kind, type SecretEntry } from './contract.ts';

const EntrySchema = z.strictObject({
  kind: z.enum(KINDS),
  n: z.int().check(z.positive()),
  value: z.string().check(z.minLength(1)),
});

export class SecretList {
  readonly #entries: SecretEntry[] = [];
  readonly #byValue = new Map<string, SecretEntry>();

  /** Reads what `encode` wrote; throws `OT_SECRET_LIST` (corrupt) on anything else, naming the line only. */
  static decode(bytes: Buffer): SecretList {
    const list = new SecretList();
    const lines = bytes.toString('utf8').split('\n');
    if (lines.pop() !== '') throw damaged(lines.length + 1);
    for (const [index, line] of lines.entries()) {
      const entry = parseEntry(line);
      if (entry === null || entry.n !== index + 1) throw damaged(index + 1);
      if (list.add(entry.kind, entry.value).n !== entry.n) throw damaged(index + 1);
    }
    return list;
  }

  /** A list of these entries, which are all of another's. */
  static of(entries: readonly SecretEntry[]): SecretList {
    const list = new SecretList();
    for (const { kind, value } of entries) list.add(kind, value);
    return list;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Entries in order; entry `n` is at index `n - 1`. */
  get entries(): readonly SecretEntry[] {
    return this.#entries;
  }

  /** Entry of this value and kind, appended when it is new. */
  add(kind: Kind, value: string): SecretEntry {
    const known = this.find(kind, value);
    if (known !== null) return known;
    const entry: SecretEntry = { n: this.#entries.length + 1, kind, value };
    this.#entries.push(entry);
    this.#byValue.set(`${kind}\0${value}`, entry);
    return entry;
  }

  find(kind: Kind, value: string): SecretEntry | null {
    return this.#byValue.get(`${kind}\0${value}`) ?? null;
  }

  /** Canonical JSONL, one entry a line, each line ended; empty for an empty list. */
  encode(): Buffer {
    return Buffer.from(this.#entries.map((entry) => `${canonicalJson(entry)}\n`).join(''), 'utf8');
  }

  /** SHA-256 hex of `encode()`: a cache key for this machine. It hashes secrets: never let it leave. */
  digest(): string {
    return createHash('sha256').update(this.encode()).digest('hex');
  }
}

function parseEntry(line: string): SecretEntry | null {
  try {
    const parsed = EntrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function damaged(line: number): OtError {
  return new OtError('OT_SECRET_LIST', 'corrupt', `the secret list of a trace is damaged at line ${line}`, {
    hint: 'Run git ot bucket verify --full.',
  });
}
