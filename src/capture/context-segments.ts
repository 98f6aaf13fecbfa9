/** Context nodes to segment files, 64 steps each, beside the segments of steps. */
import { canonicalJson } from '../base/canonical-json.ts';
import { SEGMENT_STEPS, type TraceNames } from '../bucket/layout.ts';
import { type ContextFact, NodeBuilder } from '../context/node-builder.ts';
import type { WindowStep } from '../context/window-step.ts';
import type { ContextNode, LayerValue } from '../record/context.ts';
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

  note(fact: ParsedContextFact): void {
    this.#builder.note(fact satisfies ContextFact);
  }

  add(step: ParsedStep): void {
    const { layers, ...node } = this.#builder.build(step as unknown as WindowStep);
    const stored = layers === undefined ? node : { ...node, layers: this.#storeLayers(layers) };
    this.#lines.push(`${canonicalJson(stored)}\n`);
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

  /** Only what a node names becomes an object: a value that another one replaced before its step is gone. */
  #storeLayers(layers: NonNullable<ContextNode['layers']>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(layers).map(([layer, change]) => [
        layer,
        Object.fromEntries(
          Object.entries(change as Record<string, LayerValue>).map(([key, value]) => [
            key,
            this.#store(value),
          ]),
        ),
      ]),
    );
  }

  #store(value: LayerValue): LayerValue {
    if (typeof value !== 'string' || value.length <= INLINE_UNITS || !value.isWellFormed()) return value;
    const data = Buffer.from(value, 'utf8');
    const oid = this.#files.putBlob(data);
    this.#files.set(this.#names.contextBlob(oid), oid);
    return { $blob: oid, bytes: data.length };
  }
}
