/** `ctx reads` and `ctx writes`: files that calls brought into the window, or changed. */
import { callFactsOf } from '../record/call-facts.ts';
import { nodeIdOf } from './ids.ts';
import { loadSteps, type OpenedContext } from './open.ts';

export interface FileAccess {
  readonly node_id: string;
  readonly step_index: number;
  readonly path: string;
  readonly tool_name: string;
  readonly tool_call_id: string;
  /** How the call ended; null when it went well. */
  readonly error: string | null;
}

export interface FileAccesses {
  readonly accesses: readonly FileAccess[];
  /** Steps and texts that are damaged or not here. */
  readonly steps_missing: number;
}

/** Of the steps `from` to `to`, in order. */
export async function accessesOf(
  context: OpenedContext,
  kind: 'reads' | 'writes',
  [from, to]: readonly [number, number],
): Promise<FileAccesses> {
  const numbers = [...context.nodes.keys()].filter((step) => step >= from && step <= to);
  const { steps, missing } = await loadSteps(context, numbers);
  const accesses = numbers.flatMap((number) => {
    const { tool_calls = [], observations = [] } = steps.get(number) ?? {};
    return tool_calls.flatMap((call): FileAccess[] => {
      const { filesRead, filesEdited } = callFactsOf(call);
      const ending = observations.find(({ source_call_id }) => source_call_id === call.tool_call_id);
      return (kind === 'reads' ? filesRead : filesEdited).map((path) => ({
        node_id: nodeIdOf(context.traceId, number),
        step_index: number,
        path,
        tool_name: call.tool_name,
        tool_call_id: call.tool_call_id,
        error: ending?.error ?? null,
      }));
    });
  });
  return { accesses, steps_missing: missing };
}
