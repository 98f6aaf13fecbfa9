/** Text views of `trace map`: a line per node, or a paragraph per burst. */
import type { Burst } from '../../trace/bursts.ts';
import type { MapNode } from '../../trace/map-node.ts';
import { count, oneLine, type Page, paint, table } from './page.ts';

/** Of a tool, in columns; servers put theirs in front: `mcp__server__tool`. */
const LONGEST_NAME = 40;

export function mapView(page: Page, nodes: readonly MapNode[]): string {
  if (nodes.length === 0) return 'no nodes\n';
  const rows = nodes.map((node) => [
    `#${node.step_index}`,
    node.action_type,
    oneLine(node.tool_name ?? '', LONGEST_NAME),
    node.text_preview,
  ]);
  return `${table(page, ['STEP', 'ACTION', 'TOOL', 'WHAT'], rows)}\n${count(nodes.length, 'node')}\n`;
}

export function burstsView(page: Page, bursts: readonly Burst[]): string {
  if (bursts.length === 0) return 'no bursts: nothing was edited in this trace\n';
  return `${bursts.map((burst) => burstView(page, burst)).join('\n')}\n${count(bursts.length, 'burst')}\n`;
}

function burstView(page: Page, burst: Burst): string {
  const [from, to] = burst.step_range;
  const { trigger, most_substantive_spec: spec, commit_subject: subject } = burst.intent;
  const { quality_signals: quality, blast_radius: blast } = burst;
  const head = `${burst.ordinal}  steps ${from}-${to}  ${count(burst.edit_count, 'edit')} in ${count(blast.files_touched, 'file')}, +${blast.lines_added} -${blast.lines_removed}`;
  const lines = [paint(page, 'bold', head)];
  const say = (name: string, text: string): void => {
    lines.push(`   ${paint(page, 'dim', name.padEnd(7))} ${oneLine(text, Math.max(40, page.columns - 12))}`);
  };
  if (spec !== null) say('asked', `#${spec.step_index} ${spec.text}`);
  if (trigger !== null && trigger.step_index !== spec?.step_index)
    say('trigger', `#${trigger.step_index} ${trigger.text}`);
  say('files', burst.files_modified.join(' '));
  if (quality.test_run_count > 0) {
    say(
      'tests',
      `${count(quality.test_run_count, 'run')}, ${quality.tests_passed} passed, ${quality.tests_failed} failed`,
    );
  }
  if (quality.error_signal_count > 0) say('errors', String(quality.error_signal_count));
  if (burst.burst_commit_sha !== null) say('commit', `${burst.burst_commit_sha} ${subject ?? ''}`);
  return `${lines.join('\n')}\n`;
}
