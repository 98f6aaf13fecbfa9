/** What to say of a filter by an agent that no trace is of. */
import { OtError } from '../base/errors.ts';
import { AGENTS } from '../record/agents.ts';
import type { Reply } from './envelope.ts';
import { quoteWord } from './usage-error.ts';

/** A row that was pulled may hold any text: only a plain name is worth suggesting. */
const PLAIN_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/**
 * The agents that there are, and the command with each of them; nothing when `wanted` is one of them. Throws
 * `OT_BAD_VALUE` (exit 2) on a name that is no agent's, here or anywhere.
 */
export function agentHint(
  command: string,
  wanted: string | undefined,
  there: Iterable<string>,
): Pick<Reply, 'notes' | 'nextSteps'> {
  const agents = [...new Set(there)].filter((agent) => PLAIN_NAME.test(agent)).sort();
  if (wanted === undefined || agents.includes(wanted)) return {};
  const known: readonly string[] = AGENTS;
  if (!known.includes(wanted)) throw unknownAgent(wanted, [...new Set([...known, ...agents])]);
  if (agents.length === 0) return {};
  return {
    notes: `note: no trace is of agent ${quoteWord(wanted)}; there are: ${agents.join(', ')}\n`,
    nextSteps: agents.map((agent) => `${command} --agent ${agent}`),
  };
}

function unknownAgent(wanted: string, known: readonly string[]): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', `--agent does not take ${quoteWord(wanted)}`, {
    hint: `give one of: ${known.join(', ')}`,
  });
}
