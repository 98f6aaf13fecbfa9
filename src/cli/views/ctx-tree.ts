/** Text view of `ctx tree`: a line for each run of steps. */
import type { ContextTree, TreeRun } from '../../context/tree.ts';
import { count, type Page, paint, printable } from './page.ts';

export function treeView(page: Page, tree: ContextTree): string {
  const left = tree.orphan_branch_roots.length;
  const head = `${count(tree.node_count, 'node')}, ${count(left, 'branch', 'branches')} left, ${count(tree.subagent_trace_ids.length, 'sub-agent')}\n`;
  const limits = tree.capture_limitations.map(printable).join(', ');
  const known = limits === '' ? '' : `limitations: ${limits}\n`;
  return `${head}${known}${tree.runs.map((run) => runView(page, run)).join('')}`;
}

function runView(page: Page, { branch_type, first_step, last_step, after_step, active }: TreeRun): string {
  const steps = first_step === last_step ? `#${first_step}` : `#${first_step}-${last_step}`;
  const after = after_step === null ? '' : ` after #${after_step}`;
  const line = `${active ? '*' : ' '} ${steps}  ${branch_type}${after}`;
  return `${active ? line : paint(page, 'dim', line)}\n`;
}
