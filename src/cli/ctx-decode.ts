/** Arguments of the `ctx` commands, decoded. Each throws `OT_BAD_VALUE` (exit 2). */
import { OtError } from '../base/errors.ts';
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

/** `--step N`, or `--from-step` and `--to-step`; to the last step when `to` is null. */
export function contextSpan(options: {
  readonly step: string | undefined;
  readonly fromStep: string | undefined;
  readonly toStep: string | undefined;
}): { readonly from: number; readonly to: number | null } {
  const { step, fromStep, toStep } = options;
  if (step !== undefined && (fromStep ?? toStep) !== undefined) {
    throw new OtError('OT_BAD_VALUE', 'usage', '--step is one step, --from-step and --to-step are a span', {
      hint: 'give one or the other',
    });
  }
  if (step !== undefined) {
    const only = wholeNumber('--step', step, 1);
    return { from: only, to: only };
  }
  const from = fromStep === undefined ? 1 : wholeNumber('--from-step', fromStep, 1);
  return { from, to: toStep === undefined ? null : wholeNumber('--to-step', toStep, from) };
}
