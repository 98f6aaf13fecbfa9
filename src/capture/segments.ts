/**
 * Steps to segment files: 64 steps each, one canonical JSON line per step, and beside them what each changed. A long text or an attachment
 * becomes a blob of its own, named by its object id, with a reference left in its place.
 */
import { canonicalJson, MAX_DEPTH } from '../base/canonical-json.ts';
import { INLINE_BYTES, SEGMENT_STEPS, type TraceNames } from '../bucket/layout.ts';
import { patchRowsOf } from '../record/patch.ts';
import type { Attachment, BlobRef, Step } from '../record/step.ts';
import type { ParsedAttachment, ParsedStep } from './session-source.ts';
import type { TraceFiles } from './trace-files.ts';

/** Deepest nesting of a step: room above what formats hand over, below what canonical JSON refuses. */
const MAX_STEP_DEPTH = MAX_DEPTH - 10;

/** Keys of ours start with one `$`; a session's own such keys are told apart by a second one. */
function escapeKey(key: string): string {
  return key.startsWith('$') ? `$${key}` : key;
}

/** Receives steps in order, numbered from 1 without gaps; call `end` after the last. */
export class SegmentWriter {
  readonly #files: TraceFiles;
  readonly #names: TraceNames;
  #lines: string[] = [];
  #patches: string[] = [];
  #first = 1;
  #count = 0;

  constructor(files: TraceFiles, names: TraceNames) {
    this.#files = files;
    this.#names = names;
  }

  get count(): number {
    return this.#count;
  }

  add(step: ParsedStep): void {
    this.#lines.push(`${canonicalJson(this.#store(step))}\n`);
    // What a patch row is made of is the same in both: calls, results, number, time.
    for (const row of patchRowsOf(this.#names.traceId, step as unknown as Step))
      this.#patches.push(`${canonicalJson(row)}\n`);
    this.#count += 1;
    if (this.#lines.length === SEGMENT_STEPS) this.#flush();
  }

  end(): void {
    if (this.#lines.length > 0) this.#flush();
  }

  #flush(): void {
    const name = this.#names.segment(this.#first);
    this.#files.put(`steps/${name}`, Buffer.from(this.#lines.join(''), 'utf8'));
    if (this.#patches.length > 0)
      this.#files.put(`patches/${name}`, Buffer.from(this.#patches.join(''), 'utf8'));
    this.#first += this.#lines.length;
    this.#lines = [];
    this.#patches = [];
  }

  #store(step: ParsedStep): Record<string, unknown> {
    const { attachments, ...fields } = step;
    const stored = this.#storeValue(fields, 0) as Record<string, unknown>;
    if (attachments !== undefined && attachments.length > 0) {
      stored.attachments = attachments.map((attachment) => this.#storeAttachment(attachment));
    }
    return stored;
  }

  #storeAttachment(attachment: ParsedAttachment): Attachment {
    const { data, ...rest } = attachment;
    return { ...rest, ...this.#blob(data) };
  }

  #storeValue(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#storeText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_STEP_DEPTH) return { $omitted: 'depth' };
    if (Array.isArray(value)) return value.map((item) => this.#storeValue(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [escapeKey(key), this.#storeValue(member, depth + 1)]),
    );
  }

  #storeText(text: string): string | BlobRef {
    if (text.length * 3 <= INLINE_BYTES || !text.isWellFormed()) return text;
    const bytes = Buffer.from(text, 'utf8');
    return bytes.length <= INLINE_BYTES ? text : this.#blob(bytes);
  }

  #blob(data: Buffer): BlobRef {
    const oid = this.#files.putBlob(data);
    this.#files.set(this.#names.blob(oid), oid);
    return { $blob: oid, bytes: data.length };
  }
}
