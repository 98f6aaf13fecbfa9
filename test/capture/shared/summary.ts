/** Steps as a person reads them in the `expected.json` of a fixture. */
import type { StepView } from './support.ts';

function brief(text: string | undefined, max = 90): string | undefined {
  if (text === undefined || text.length <= max) return text;
  return `${text.slice(0, max)}... (${text.length})`;
}

export function summaryOf(step: StepView): Record<string, unknown> {
  const { step_index, role, kind, content, reasoning_content, tool_calls, observations, ...rest } = step;
  const { attachments, token_usage, origin, ...small } = rest;
  return {
    step: `${step_index} ${role} ${kind}`,
    content: brief(content),
    thinking: brief(reasoning_content),
    calls: tool_calls.map((call) => ({ ...call, input: brief(JSON.stringify(call.input)) })),
    results: observations.map((result) => ({ ...result, content: brief(result.content) })),
    attachments: attachments?.map(({ data, ...about }) => ({ ...about, bytes: data.length })),
    tokens: token_usage && Object.values(token_usage).join(' '),
    from: `line ${origin.line} at ${origin.offset}`,
    ...small,
  };
}
