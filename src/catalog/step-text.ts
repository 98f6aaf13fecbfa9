/** The texts of a step, by the field they are found in. */
import { type CallFacts, callFactsOf } from '../record/call-facts.ts';
import type { Step } from '../record/step.ts';

/** Fields of the index in the order of its columns. */
export const FIELDS = ['user', 'agent', 'reasoning', 'input', 'output', 'path', 'note'] as const;
export type Field = (typeof FIELDS)[number];

export type StepTexts = Readonly<Record<Field, string>>;

/** Calls of a step with what each did. */
export type FactsOfCall = (call: Step['tool_calls'][number]) => CallFacts;

/**
 * Texts of a step whose large values stand inline; a value whose text is not here counts for nothing. `note`
 * is what neither a person nor the model wrote: reminders, summaries, outputs of the agent's own commands.
 */
export function stepTexts(step: Step, factsOf: FactsOfCall = callFactsOf): StepTexts {
  const content = textOf(step.content);
  const own = { user: '', agent: '', note: '', [speakerOf(step)]: content };
  const input: string[] = [];
  const paths = new Set<string>();
  for (const call of step.tool_calls) {
    const { filesRead, filesEdited } = factsOf(call);
    for (const path of [...filesRead, ...filesEdited]) paths.add(path);
    input.push(call.tool_name);
    collectStrings(call.input, input, paths);
  }
  return {
    ...own,
    reasoning: textOf(step.reasoning_content),
    input: input.join('\n'),
    output: step.observations.map(({ content }) => textOf(content)).join('\n'),
    path: [...paths].join('\n'),
  };
}

function speakerOf({ role, kind }: Step): 'user' | 'agent' | 'note' {
  if (role === 'agent') return 'agent';
  return role === 'user' && (kind === 'prompt' || kind === 'command') ? 'user' : 'note';
}

/** Every text in the arguments but the paths, which have a field of their own. */
function collectStrings(value: unknown, into: string[], except: ReadonlySet<string>): void {
  if (typeof value === 'string') {
    if (!except.has(value)) into.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collectStrings(item, into, except);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collectStrings(member, into, except);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
