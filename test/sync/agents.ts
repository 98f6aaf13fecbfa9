/** What must not differ between a trace of any agent and its sealed copy: ids, counts, order, images. */

import { expect } from 'vitest';
import { bestCopy, copiesIn, openCopy } from '../../src/bucket/find.ts';
import { listTraces } from '../../src/bucket/list.ts';
import { readSteps } from '../../src/bucket/steps.ts';
import type { TraceFolder } from '../../src/bucket/trace-folder.ts';
import type { Step } from '../../src/record/step.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';

/** Captures what lies in a folder on one machine, and compares with what another one gets by push and pull. */
export async function expectSealedAlike(folder: string): Promise<void> {
  const remote = await BareRemote.create();
  const [anna, ben] = [new SyncMachine(), new SyncMachine()];
  for (const machine of [anna, ben]) await machine.addRemote(remote.gitDir);
  await anna.capture(folder);
  await anna.push();
  await ben.pull();
  const own = await skeletons(anna);
  expect(own.size).toBeGreaterThan(0);
  expect(await skeletons(ben)).toEqual(own);
  await expectSound([remote], [ben]);
}

/** By trace id, from the copy that reading prefers. */
async function skeletons(machine: SyncMachine): Promise<Map<string, unknown>> {
  return machine.withShelves(async (shelves) => {
    const found = new Map<string, unknown>();
    const listed = await listTraces(shelves, ({ traceId }) => {
      throw new Error(`damaged: ${traceId}`);
    });
    for (const { row } of listed) {
      const copies = (await Promise.all(shelves.map((shelf) => copiesIn(shelf, row.trace_id)))).flat();
      found.set(row.trace_id, await skeletonOf(openCopy(await bestCopy(copies))));
    }
    return found;
  });
}

async function skeletonOf(folder: TraceFolder): Promise<unknown> {
  const head = await folder.head();
  const steps = await readSteps(folder, 1, head.metrics.total_steps);
  const { session_id, parent_trace_id, metrics, counts, limitations, timestamp_start } = head;
  const codes = limitations.map(({ code, count, line }) => [code, count, line]);
  const common = { session_id, parent_trace_id, metrics, counts, codes, timestamp_start };
  return { ...common, branches: head.metadata.branches, steps: steps.map(bonesOf) };
}

function bonesOf(step: Step): unknown {
  const { step_index, role, kind, model, timestamp, token_usage, origin } = step;
  const calls = (step.tool_calls ?? []).map((call) => [call.tool_call_id, call.tool_name]);
  const results = (step.observations ?? []).map(({ source_call_id, error }) => [source_call_id, error]);
  const images = (step.attachments ?? []).map(({ $blob, media_type }) => [$blob, media_type]);
  const { line, message_id, uuid, parent_uuid, parent_step } = origin as Record<string, unknown>;
  const place = { line, message_id, uuid, parent_uuid, parent_step };
  return { step_index, role, kind, model, timestamp, token_usage, place, calls, results, images };
}
