/** Arguments of the `ctx` commands, decoded. Each throws `OT_BAD_VALUE` (exit 2). */
import { type NodeReference, nodeReference } from '../context/ids.ts';
import { LAYER_TYPES, type LayerType } from '../record/context.ts';
import { oneOf, wholeNumber, wholeTrace } from './decode.ts';

/** `ID` with a step beside it, or `ID:STEP`, or a node id; a STEP is a number or `last`. */
export function contextStep(reference: string, step: string | undefined): NodeReference {
  if (step === undefined) return nodeReference(reference);
  const trace = wholeTrace(reference);
  return { trace, step: step === 'last' ? 'last' : wholeNumber('STEP', step, 1) };
}

/** Names of layers separated by commas; all by default. */
export function contextLayers(text: string | undefined): readonly LayerType[] {
  if (text === undefined) return LAYER_TYPES;
  return text.split(',').map((name) => oneOf('--layers', name.trim(), LAYER_TYPES));
}
