/** Context nodes to segment files, 64 steps each, beside the segments of steps. */
import { canonicalJson } from '../base/canonical-json.ts';
import { SEGMENT_STEPS, type TraceNames } from '../bucket/layout.ts';
import { type ContextFact, NodeBuilder } from '../context/node-builder.ts';
import type { WindowStep } from '../context/window-step.ts';
import type { LayerValue } from '../record/context.ts';
import type { ParsedContextFact, ParsedStep } from './session-source.ts';
import type { TraceFiles } from './trace-files.ts';

/** A text of a layer longer than this many UTF-16 units is kept as an object of its own. */
const INLINE_UNITS = 512;

/** Receives facts and steps in order; call `end` after the last step. */
export class ContextWriter {
  readonly #files: TraceFiles;
  readonly #names: TraceNames;
  readonly #builder: NodeBuilder;
  #lines: string[] = [];
  #first = 1;

  constructor(files: TraceFiles, names: TraceNames, isSubagent: boolean) {
    this.#files = files;
    this.#names = names;
    this.#builder = new NodeBuilder(isSubagent ? 'subagent_fork' : 'root');
  }

  note({ value, ...fact }: ParsedContextFact): void {
    this.#builder.note({ ...fact, value: this.#store(value) } satisfies ContextFact);
  }

  add(step: ParsedStep): void {
    this.#lines.push(`${canonicalJson(this.#builder.build(step as unknown as WindowStep))}\n`);
    if (this.#lines.length === SEGMENT_STEPS) this.#flush();
  }

  end(): void {
    if (this.#lines.length > 0) this.#flush();
  }

  #flush(): void {
    this.#files.put(`context/${this.#names.segment(this.#first)}`, Buffer.from(this.#lines.join(''), 'utf8'));
    this.#first += this.#lines.length;
    this.#lines = [];
  }

  #store(value: LayerValue): LayerValue {
    if (typeof value !== 'string' || value.length <= INLINE_UNITS || !value.isWellFormed()) return value;
    const data = Buffer.from(value, 'utf8');
    const oid = this.#files.putBlob(data);
    this.#files.set(this.#names.contextBlob(oid), oid);
    return { $blob: oid, bytes: data.length };
  }
}
