/** What is not known of a trace as a whole: limitations of its capture, nodes and sub-agents that are not here. */
import { OtError } from '../base/errors.ts';
import { findTrace } from '../bucket/find.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { OpenedContext } from './open.ts';
import { forksIn } from './tree.ts';

/** Sub-agents that are looked for. */
const MOST_SUBAGENTS = 200;

/** Codes, each once. */
export async function limitationsOf(context: OpenedContext, shelves: readonly Shelf[]): Promise<string[]> {
  const found = await traceLimitations(context);
  if (context.nodes.size < context.row.step_count) found.push('context_node_missing');
  for (const traceId of forksIn(context.nodes).slice(0, MOST_SUBAGENTS)) {
    if (await isHere(shelves, traceId)) continue;
    found.push('subagent_session_unreachable');
    break;
  }
  return found;
}

/** Codes of what its capture could not read. */
export async function traceLimitations({ row, folder }: OpenedContext): Promise<string[]> {
  if (row.limitation_count === 0) return [];
  return [...new Set((await folder.head()).limitations.map(({ code }) => code))];
}

async function isHere(shelves: readonly Shelf[], traceId: string): Promise<boolean> {
  try {
    await findTrace(shelves, traceId);
    return true;
  } catch (error) {
    if (error instanceof OtError && error.kind === 'not_found') return false;
    throw error;
  }
}
