/** Ids of context nodes and layers: they follow from the trace and positions, so raw and sealed copies agree. */
import { OtError } from '../base/errors.ts';
import { LAYER_TYPES, type LayerType } from '../record/context.ts';

/** `cn:<trace id>:<step>`. */
export function nodeIdOf(traceId: string, step: number): string {
  return `cn:${traceId}:${step}`;
}

/** `cl:<trace id>:<layer>:<step>`; the step from which on the layer is as it is. */
export function layerIdOf(traceId: string, layer: LayerType, step: number): string {
  return `cl:${traceId}:${layer}:${step}`;
}

export interface NodeReference {
  /** Trace id or prefix, as typed. */
  readonly trace: string;
  readonly step: number | 'last';
}

export type ContextReference = NodeReference & { readonly layer?: LayerType };

/** `ID:7`, `ID:last`, a node id, or the address of one (`ot://context-node/...`). Throws `OT_BAD_VALUE`. */
export function nodeReference(text: string): NodeReference {
  const bare = text.replace(/^ot:\/\/context-node\//, '').replace(/^(?:cn|tu|t):/, '');
  const [trace = '', step = '', ...more] = bare.split(':');
  if (more.length === 0 && trace !== '') {
    if (step === 'last') return { trace, step };
    if (/^[1-9]\d{0,8}$/.test(step)) return { trace, step: Number(step) };
  }
  throw badReference('a context node', 'give a step of a trace: ID:7 or ID:last');
}

/** A node as {@link nodeReference} takes it, or a layer id. */
export function contextReference(text: string): ContextReference {
  const bare = text.replace(/^ot:\/\/context-layer\//, '');
  if (!bare.startsWith('cl:')) return nodeReference(text);
  const [, trace = '', name, step = '', ...more] = bare.split(':');
  const layer = LAYER_TYPES.find((type) => type === name);
  if (layer !== undefined && trace !== '' && more.length === 0 && /^[1-9]\d{0,8}$/.test(step)) {
    return { trace, layer, step: Number(step) };
  }
  throw badReference('a context layer', 'layer ids are printed by: git ot ctx step ID N --json');
}

function badReference(what: string, hint: string): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', `that is not the reference of ${what}`, { hint });
}
