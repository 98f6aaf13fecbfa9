/** Text view of `trace get`: what a person reads; nothing is left out but the bytes of images. */
import type { Observation, Step, ToolCall } from '../../record/step.ts';
import { enrichmentOf } from '../../trace/enrich.ts';
import type { FoundTrace } from '../../trace/get.ts';
import { PRICE_TABLE } from '../../trace/prices.ts';
import { bytes, count, fields, type Page, paint, printable, type Style } from './page.ts';

const ROLE_STYLES: Readonly<Record<Step['role'], Style>> = { user: 'cyan', agent: 'green', system: 'dim' };

/** The whole trace with its head, or the selected steps only. */
export function traceView(page: Page, found: FoundTrace, whole: boolean): string {
  return `${whole ? `${headView(page, found)}\n` : ''}${stepsView(page, found.steps)}`;
}

export function stepsView(page: Page, steps: readonly Step[]): string {
  return steps.map((step) => stepView(page, step)).join('\n');
}

function headView(page: Page, found: FoundTrace): string {
  const { head, remote } = found;
  const { agent, metrics, counts, task } = head;
  const tokens = `${metrics.total_input_tokens} in, ${metrics.total_output_tokens} out, ${metrics.total_cache_read_tokens} from cache`;
  const pairs: Array<readonly [string, string]> = [
    ['trace', head.trace_id],
    ['session', printable(head.session_id)],
    [
      'agent',
      [agent.name, agent.version, agent.model]
        .filter((part) => part)
        .map((part) => printable(part!))
        .join(' '),
    ],
    ['time', `${head.timestamp_start ?? '?'} to ${head.timestamp_end ?? '?'}`],
    [
      'task',
      printable(task.description ?? '')
        .replaceAll('\n', ' ')
        .slice(0, 200),
    ],
    [
      'steps',
      `${metrics.total_steps}: ${count(counts.tool_calls, 'tool call')}, ${count(counts.tool_errors, 'error')}, ${count(counts.subagents, 'sub-agent')}`,
    ],
    ['tokens', tokens],
  ];
  pairs.push(...enrichedPairs(found));
  if (remote !== null) pairs.push(['from', `${printable(remote)} (sealed copy)`]);
  for (const { code, count: times, line } of head.limitations) {
    pairs.push([
      'remark',
      `${printable(code)}, ${count(times, 'time')}${line === undefined ? '' : `, first in line ${line}`}`,
    ]);
  }
  return fields(page, pairs);
}

function enrichedPairs({ head, steps, dependencies }: FoundTrace): Array<readonly [string, string]> {
  const found = enrichmentOf(head.trace_id, steps, dependencies);
  const failed = found.test_runs.filter(({ status }) => status === 'failed').length;
  const pairs: Array<readonly [string, string]> = [];
  if (found.estimated_cost_usd !== null) {
    pairs.push(['cost', `$${found.estimated_cost_usd.toFixed(2)} by the prices of ${PRICE_TABLE.date}`]);
  }
  if (found.languages.length > 0) pairs.push(['code', found.languages.map(({ name }) => name).join(', ')]);
  if (found.test_runs.length > 0)
    pairs.push(['tests', `${count(found.test_runs.length, 'run')}, ${failed} failed`]);
  const { commit_sha: commit } = found.outcome;
  if (commit !== null) pairs.push(['commit', printable(commit)]);
  if (dependencies !== null) pairs.push(['pinned', count(dependencies.packages.length, 'package')]);
  return pairs;
}

function stepView(page: Page, step: Step): string {
  const kind = step.kind === 'prompt' || step.kind === 'model' ? '' : ` ${printable(step.kind)}`;
  const title = `#${step.step_index} ${step.role}${kind}`;
  const facts = [step.model, step.timestamp].filter((part) => part).map((part) => printable(part!));
  const parts = [
    `${paint(page, ROLE_STYLES[step.role], title)}  ${paint(page, 'dim', facts.join('  '))}`.trimEnd(),
  ];
  if (step.reasoning_content) parts.push(paint(page, 'dim', block(text(step.reasoning_content), '  ~ ')));
  if (step.content) parts.push(block(text(step.content), '  '));
  for (const image of step.attachments ?? [])
    parts.push(`  [${printable(image.media_type)}, ${bytes(image.bytes)}]`);
  const results = new Map(step.observations.map((result) => [result.source_call_id, result]));
  for (const call of step.tool_calls) parts.push(callView(page, call, results.get(call.tool_call_id)));
  const called = new Set(step.tool_calls.map((call) => call.tool_call_id));
  for (const result of step.observations)
    if (!called.has(result.source_call_id)) parts.push(resultView(page, result));
  return `${parts.join('\n')}\n`;
}

function callView(page: Page, call: ToolCall, result: Observation | undefined): string {
  const name = paint(page, 'yellow', printable(call.tool_name));
  const child =
    call.subagent_trajectory_ref === undefined ? '' : `  -> trace ${printable(call.subagent_trajectory_ref)}`;
  const input = block(JSON.stringify(call.input, null, 2) ?? '', '      ').trimStart();
  const head = `  > ${name}${child} ${input}`;
  return result === undefined ? head : `${head}\n${resultView(page, result)}`;
}

function resultView(page: Page, result: Observation): string {
  const error = result.error ? `${paint(page, 'red', `[${printable(result.error)}]`)} ` : '';
  return `  < ${error}${block(text(result.content ?? ''), '    ').trimStart()}`;
}

/** A text, or what stands for one whose blob is not here. */
function text(value: NonNullable<Step['content']>): string {
  return typeof value === 'string' ? value : `[${bytes(value.bytes)} not in the bucket]`;
}

function block(content: string, indent: string): string {
  return printable(content)
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n');
}
