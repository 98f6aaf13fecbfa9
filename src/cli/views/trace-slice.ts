/** Text view of `trace slice`: a heading per span, then its steps as `trace get` shows them. */
import type { FoundTrace } from '../../trace/get.ts';
import type { TraceSlice } from '../../trace/slice.ts';
import { count, oneLine, type Page, paint } from './page.ts';
import { traceView } from './trace.ts';

export function slicesView(page: Page, found: FoundTrace, slices: readonly TraceSlice[]): string {
  if (slices.length === 0) return 'no slices: nothing was edited in this trace\n';
  return slices.map((slice) => sliceView(page, found, slice)).join('\n');
}

function sliceView(page: Page, found: FoundTrace, slice: TraceSlice): string {
  const { start_step_index: from, end_step_index: to, metadata, steps } = slice;
  const asked = metadata.burst?.intent.most_substantive_spec?.text ?? '';
  const head = `== steps ${from}-${to}, ${count(slice.trace_patch_refs.length, 'patch', 'patches')} ${asked}`;
  return `${paint(page, 'bold', oneLine(head, page.columns))}\n\n${traceView(page, { ...found, steps }, false)}`;
}
