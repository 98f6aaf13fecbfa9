/** A trace with the sub-agents it started, and theirs. */
import { OtError } from '../../base/errors.ts';
import type { Shelf } from '../../bucket/shelves.ts';
import { type FoundTrace, getTrace } from '../get.ts';

export interface TraceFamily extends FoundTrace {
  /** Sub-agents by the id of the call that started them; each trace stands once in the whole family. */
  readonly children: ReadonlyMap<string, TraceFamily>;
}

const MAX_DEPTH = 10;

/** Throws what {@link getTrace} throws for the trace itself; a sub-agent that is not here is left out. */
export function readFamily(shelves: readonly Shelf[], reference: string): Promise<TraceFamily> {
  return readMember(shelves, reference, new Set(), 0);
}

async function readMember(
  shelves: readonly Shelf[],
  reference: string,
  seen: Set<string>,
  depth: number,
): Promise<TraceFamily> {
  const found = await getTrace(shelves, reference, 'all');
  seen.add(found.head.trace_id);
  const children = new Map<string, TraceFamily>();
  for (const call of found.steps.flatMap((step) => step.tool_calls)) {
    const child = call.subagent_trajectory_ref;
    if (child === undefined || seen.has(child) || depth === MAX_DEPTH) continue;
    const member = await orMissing(() => readMember(shelves, child, seen, depth + 1));
    if (member !== null) children.set(call.tool_call_id, member);
  }
  return { ...found, children };
}

async function orMissing<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OtError && (error.kind === 'not_found' || error.code === 'OT_TRACE_ID')) return null;
    throw error;
  }
}

/** The trace and all sub-agents, each before those it started. */
export function membersOf(family: TraceFamily): TraceFamily[] {
  return [family, ...[...family.children.values()].flatMap(membersOf)];
}
