/** What to say of a filter by an agent that no trace is of. */
import type { Reply } from './envelope.ts';
import { quoteWord } from './usage-error.ts';

/** A row that was pulled may hold any text: only a plain name is worth suggesting. */
const PLAIN_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The agents that there are, and the command with each of them; nothing when `wanted` is one of them. */
export function agentHint(
  command: string,
  wanted: string | undefined,
  there: Iterable<string>,
): Pick<Reply, 'notes' | 'nextSteps'> {
  const agents = [...new Set(there)].filter((agent) => PLAIN_NAME.test(agent)).sort();
  if (wanted === undefined || agents.length === 0 || agents.includes(wanted)) return {};
  return {
    notes: `note: no trace is of agent ${quoteWord(wanted)}; there are: ${agents.join(', ')}\n`,
    nextSteps: agents.map((agent) => `${command} --agent ${agent}`),
  };
}
