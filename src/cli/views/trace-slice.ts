/** Text view of `trace slice`: a heading per span, then its steps as `trace get` shows them. */
import type { TraceSlice } from '../../trace/slice.ts';
import { count, oneLine, type Page, paint } from './page.ts';
import { stepsView } from './trace.ts';
import { gapsView } from './trace-gaps.ts';

export function slicesView(page: Page, slices: readonly TraceSlice[]): string {
  if (slices.length === 0) return 'no slices: nothing was edited in this trace\n';
  return slices.map((slice) => sliceView(page, slice)).join('\n');
}

function sliceView(page: Page, slice: TraceSlice): string {
  const { start_step_index: from, end_step_index: to, metadata, steps, limitations } = slice;
  const asked = metadata.burst?.intent.most_substantive_spec?.text ?? '';
  const head = `== steps ${from}-${to}, ${count(slice.trace_patch_refs.length, 'patch', 'patches')} ${asked}`;
  return `${paint(page, 'bold', oneLine(head, page.columns))}\n${gapsView(page, limitations)}\n${stepsView(page, steps)}`;
}
