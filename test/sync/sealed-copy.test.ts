/** The sealed copy is the capture of the sealed sources: same ids, same counts, derived again to the same tree. */
import { describe, expect, it } from 'vitest';
import { bestCopy, copiesIn, openCopy } from '../../src/bucket/find.ts';
import { listTraces } from '../../src/bucket/list.ts';
import { readSteps } from '../../src/bucket/steps.ts';
import type { TraceFolder } from '../../src/bucket/trace-folder.ts';
import {
  ingestPrimary,
  sourceMetaOf,
  storeSource,
  traceHeadOf,
  writeRecords,
} from '../../src/capture/derive.ts';
import { formatByName } from '../../src/capture/formats.ts';
import { identityOfSource, primarySource } from '../../src/capture/identity.ts';
import { TraceFiles } from '../../src/capture/trace-files.ts';
import type { Oid } from '../../src/git/ports.ts';
import { openRepository } from '../../src/git/program/repository.ts';
import type { Step } from '../../src/record/step.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { FIXTURES, plantedSession, sessionIdOf, tokenOf, traceOf } from './sessions.ts';

async function pair(): Promise<{ remote: BareRemote; anna: SyncMachine; ben: SyncMachine }> {
  const remote = await BareRemote.create();
  const [anna, ben] = [new SyncMachine(), new SyncMachine()];
  for (const machine of [anna, ben]) await machine.addRemote(remote.gitDir);
  return { remote, anna, ben };
}

/** Runs `look` on the copy that reading prefers, of every trace in id order. */
async function onEach<T>(machine: SyncMachine, look: (folder: TraceFolder) => Promise<T>): Promise<T[]> {
  return machine.withShelves(async (shelves) => {
    const listed = await listTraces(shelves, ({ traceId }) => {
      throw new Error(`damaged: ${traceId}`);
    });
    const ids = listed.map(({ row }) => row.trace_id).sort();
    const results: T[] = [];
    for (const id of ids) {
      const copies = (await Promise.all(shelves.map((shelf) => copiesIn(shelf, id)))).flat();
      results.push(await look(openCopy(await bestCopy(copies))));
    }
    return results;
  });
}

/** What must not differ between a trace and its sealed copy. */
async function bones(folder: TraceFolder): Promise<unknown> {
  const [head, row] = [await folder.head(), await folder.meta()];
  const steps = await readSteps(folder, 1, head.metrics.total_steps);
  return {
    trace_id: head.trace_id,
    session_id: head.session_id,
    parent: head.parent_trace_id,
    metrics: head.metrics,
    counts: row.counts,
    raw_bytes: row.raw_bytes,
    times: [row.timestamp_start, row.timestamp_end],
    steps: steps.map(stepBones),
  };
}

function stepBones(step: Step): unknown {
  const calls = step.tool_calls?.map((call) => [call.tool_call_id, call.tool_name]);
  const observed = step.observations?.map((observation) => observation.source_call_id);
  return [step.step_index, step.role, step.timestamp, step.token_usage, calls, observed];
}

/** What `bucket rebuild` would do: the trace derived from nothing but its stored sources. */
async function derivedAgain(folder: TraceFolder, scratch: BareRemote): Promise<Oid> {
  const repository = await openRepository(scratch.git, scratch.gitDir);
  const batch = repository.objects.batch();
  const files = new TraceFiles(batch, repository.algorithm);
  const metas = await folder.sourceMetas();
  const decides = primarySource(metas);
  const identities = metas.map((meta) => identityOfSource(formatByName(meta.agent, meta.format)!, meta));
  const inputs = metas.map((meta, source) => ({
    fileName: meta.file_name,
    read: () => folder.readSource(source),
  }));
  const { stored, facts } = await ingestPrimary(identities[decides]!, inputs[decides]!, files, decides);
  const again = [];
  for (const [source, meta] of metas.entries()) {
    const own = source === decides ? stored : await storeSource(inputs[source]!, files, folder.names, source);
    again.push(sourceMetaOf(identities[source]!, meta.file_name, own, meta.raw_bytes));
  }
  writeRecords(
    files,
    traceHeadOf(identities[decides]!, facts),
    again,
    await folder.project(),
    await folder.dependencies(),
  );
  const tree = files.writeTree();
  await batch.abort();
  return tree;
}

async function textOf(machine: SyncMachine, traceId: string): Promise<string> {
  return machine.withShelves(async (shelves) => {
    const copies = (await Promise.all(shelves.map((shelf) => copiesIn(shelf, traceId)))).flat();
    const parts: Buffer[] = [];
    for await (const part of openCopy(await bestCopy(copies)).readSource(0)) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  });
}

describe('a sealed copy', () => {
  it('has the ids, the counts and the order of its trace', async () => {
    const { remote, anna, ben } = await pair();
    await anna.capture(FIXTURES, plantedSession({ number: 1, turns: 40 }).path);
    await anna.push();
    await ben.pull();
    expect(await onEach(ben, bones)).toEqual(await onEach(anna, bones));
    await expectSound([remote], [ben]);
  });

  it('derives from its own sources to the same tree', async () => {
    const { anna, ben } = await pair();
    const scratch = await BareRemote.create();
    await anna.capture(FIXTURES, plantedSession({ number: 1, turns: 40 }).path);
    await anna.capture(branch('left'));
    await anna.capture(branch('right'));
    await anna.push();
    await ben.pull();
    const trees = await onEach(ben, async (folder) => folder.tree);
    expect(await onEach(ben, (folder) => derivedAgain(folder, scratch))).toEqual(trees);
    expect(trees.length).toBeGreaterThan(15);
  });

  it('keeps its placeholders while the session grows and finds more', async () => {
    const { anna, ben } = await pair();
    let before = '';
    for (const turns of [1, 2, 3]) {
      await anna.capture(writeSession(extended(turns)));
      await anna.push();
      await ben.pull();
      const sealed = await textOf(ben, traceOf(1));
      expect(sealed.startsWith(before)).toBe(true);
      before = sealed;
    }
    expect(before).toContain('Now with [REDACTED:access_token:3].');
    expect(before).toContain('And with [REDACTED:access_token:4].');
  });

  it('is the same whether a month was sealed at once or capture by capture', async () => {
    const { anna, ben } = await pair();
    const { path } = plantedSession({ number: 1, turns: 3 });
    for (const turns of [1, 2]) {
      await anna.capture(plantedSession({ number: 1, turns }).path);
      await anna.push();
    }
    await anna.capture(path);
    await anna.push();
    await ben.pull();
    const other = await pair();
    await other.anna.capture(path);
    await other.anna.push();
    await other.ben.pull();
    const trees = (machine: SyncMachine) => onEach(machine, async (folder) => folder.tree);
    expect(await trees(ben)).toEqual(await trees(other.ben));
  });
});

function extended(turns: number): SessionText {
  const { text } = plantedSession({ number: 1 });
  if (turns > 1) text.user(`Now with ${tokenOf(50)}.`);
  if (turns > 2) text.user(`And with ${tokenOf(51)}.`);
  return text;
}

function branch(word: string): string {
  const text = new SessionText(sessionIdOf(7)).user(`Begin with ${tokenOf(7)}.`).say('Yes.');
  return writeSession(text.user(word).say(`${word} it is.`));
}
