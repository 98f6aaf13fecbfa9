/** Placeholders in the texts of a step: each stands for a value that sealing took out. */
import type { Step } from '../record/step.ts';

const MARK = '[REDACTED:';
const PLACEHOLDER = /\[REDACTED:([a-z][a-z0-9_-]{0,63}):([0-9]{1,6})\]/g;

/** Number of different values by kind, kinds in the order of the alphabet; empty when nothing was taken out. */
export function redactionsIn(step: Step): ReadonlyMap<string, number> {
  const found = new Map<string, string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.includes(MARK))
        for (const [mark, kind] of value.matchAll(PLACEHOLDER)) found.set(mark, kind!);
    } else if (typeof value === 'object' && value !== null) {
      for (const member of Object.values(value)) look(member);
    }
  };
  look(step.content);
  look(step.reasoning_content);
  for (const { input } of step.tool_calls) look(input);
  for (const { content } of step.observations) look(content);
  return countsOf([...found.values()].sort());
}

function countsOf(kinds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
