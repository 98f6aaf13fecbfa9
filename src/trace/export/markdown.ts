/** A trace as a Markdown page: what was said, done and answered, step by step, sub-agents where they were called. */
import type { Observation, Step, ToolCall } from '../../record/step.ts';
import type { TraceFamily } from './family.ts';
import { codeBlock, plainText, proseBlock } from './markdown-text.ts';

/** Parts of the page in order; `printable` takes out what a terminal or a browser would act on. */
export function* markdownOf(family: TraceFamily, printable: (text: string) => string): Iterable<string> {
  const { head } = family;
  yield `# ${plainText(printable(head.title ?? 'Untitled session'))}\n\n${factsOf(family, printable)}`;
  yield* stepsOf(family, printable, 2);
}

function factsOf({ head, remote }: TraceFamily, printable: (text: string) => string): string {
  const { agent, metrics } = head;
  const facts: Array<readonly [string, string]> = [
    ['Trace', head.trace_id],
    ['Session', head.session_id],
    ['Agent', [agent.name, agent.version, agent.model].filter((part) => part).join(' ')],
    ['Time', `${head.timestamp_start ?? '?'} to ${head.timestamp_end ?? '?'}`],
    ['Steps', String(metrics.total_steps)],
    ...(remote === null ? [] : [['From', `${remote} (sealed copy)`] as const]),
  ];
  return facts.map(([name, value]) => `- ${name}: ${plainText(printable(value))}\n`).join('');
}

function* stepsOf(family: TraceFamily, printable: (text: string) => string, level: number): Iterable<string> {
  for (const step of family.steps) {
    yield `\n${stepHead(step, printable, level)}\n${stepBody(step, printable)}`;
    const results = new Map(step.observations.map((result) => [result.source_call_id, result]));
    for (const call of step.tool_calls) {
      yield callText(call, results.get(call.tool_call_id), printable);
      const child = family.children.get(call.tool_call_id);
      if (child === undefined) continue;
      yield `\n${'#'.repeat(Math.min(6, level + 1))} Sub-agent ${child.head.trace_id}\n`;
      yield* stepsOf(child, printable, level + 2);
    }
  }
}

function stepHead(
  { step_index, role, kind, timestamp }: Step,
  printable: (text: string) => string,
  level: number,
): string {
  const what = kind === 'prompt' || kind === 'model' ? '' : `, ${kind.replaceAll('_', ' ')}`;
  const when = timestamp ? `, ${plainText(printable(timestamp))}` : '';
  return `${'#'.repeat(Math.min(6, level))} ${step_index}. ${role}${what}${when}\n`;
}

function stepBody(step: Step, printable: (text: string) => string): string {
  const parts: string[] = [];
  const reasoning = textOf(step.reasoning_content);
  if (reasoning !== '') parts.push(quoted(proseBlock(printable(reasoning))));
  const content = textOf(step.content);
  if (content !== '')
    parts.push(step.role === 'system' ? codeBlock(printable(content)) : proseBlock(printable(content)));
  for (const { media_type, bytes } of step.attachments ?? [])
    parts.push(`[${plainText(printable(media_type))}, ${bytes} bytes]\n`);
  return parts.join('\n');
}

function quoted(text: string): string {
  return text.replace(/^/gm, '> ').replace(/> $/, '');
}

function callText(
  call: ToolCall,
  result: Observation | undefined,
  printable: (text: string) => string,
): string {
  const input = codeBlock(printable(JSON.stringify(call.input, null, 2) ?? ''), 'json');
  const error = result?.error ? ` (${plainText(printable(result.error))})` : '';
  const content = textOf(result?.content);
  const answer =
    content === '' && error === ''
      ? ''
      : `\nResult${error}:\n\n${content === '' ? '' : codeBlock(printable(content))}`;
  return `\nCall of **${plainText(printable(call.tool_name))}**:\n\n${input}${answer}`;
}

function textOf(value: Step['content']): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : `(${value.bytes} bytes of text that are not here)`;
}
