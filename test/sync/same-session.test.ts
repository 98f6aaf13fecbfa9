/** One session on several machines is one trace, whoever captured how much of it. */
import { describe, expect, it } from 'vitest';
import type { ListedTrace } from '../../src/bucket/list.ts';
import { getTrace } from '../../src/trace/get.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { plantedSession, sessionIdOf, traceOf } from './sessions.ts';

async function team(size: number): Promise<{ remote: BareRemote; machines: SyncMachine[] }> {
  const remote = await BareRemote.create();
  const machines = Array.from({ length: size }, () => new SyncMachine());
  for (const machine of machines) await machine.addRemote(remote.gitDir);
  return { remote, machines };
}

async function only(machine: SyncMachine): Promise<ListedTrace> {
  const { traces, damaged } = await machine.list();
  expect(damaged).toEqual([]);
  expect([...traces.keys()]).toEqual([traceOf(1)]);
  return traces.get(traceOf(1))!;
}

/** Remote whose copy `trace get` reads, and its number of steps. */
async function got(machine: SyncMachine): Promise<{ remote: string | null; steps: number }> {
  const found = await machine.withShelves((shelves) => getTrace(shelves, traceOf(1), 'all'));
  return { remote: found.remote, steps: found.steps.length };
}

function branching(word: string, turns: number): string {
  const text = new SessionText(sessionIdOf(1)).user('A common beginning.').say('Yes.');
  for (let turn = 1; turn <= turns; turn += 1) text.user(`${word} ${turn}`).say(`${word} ${turn} is done.`);
  return writeSession(text);
}

async function exchange(machines: readonly SyncMachine[]): Promise<void> {
  for (const machine of machines) await machine.push();
  for (const machine of machines) await machine.pull();
}

describe('a session captured on two machines', () => {
  it('is one trace when both have the same, and each reads its own raw copy', async () => {
    const { remote, machines } = await team(3);
    const [anna, ben, carl] = machines as [SyncMachine, SyncMachine, SyncMachine];
    const { path } = plantedSession({ number: 1, turns: 2 });
    for (const machine of [anna, ben]) await machine.capture(path);
    await exchange([anna, ben, carl]);
    for (const machine of machines) {
      const { row, copies } = await only(machine);
      expect(row.step_count).toBe(6);
      expect(copies).toHaveLength(machine === carl ? 2 : 3);
    }
    expect(await got(anna)).toEqual({ remote: null, steps: 6 });
    expect(await got(carl)).toEqual({ remote: 'team', steps: 6 });
    expect((await only(anna)).row.title).not.toContain('[REDACTED');
    expect((await only(carl)).row.title).toContain('[REDACTED');
    await expectSound([remote], machines);
  });

  it('is read raw where it was captured, else in the longest copy', async () => {
    const { remote, machines } = await team(3);
    const [anna, ben, carl] = machines as [SyncMachine, SyncMachine, SyncMachine];
    await anna.capture(plantedSession({ number: 1, turns: 1 }).path);
    await ben.capture(plantedSession({ number: 1, turns: 3 }).path);
    await exchange([anna, ben, carl]);
    expect(await got(anna)).toEqual({ remote: null, steps: 3 });
    expect((await only(anna)).row.step_count).toBe(3);
    expect(await got(ben)).toEqual({ remote: null, steps: 9 });
    expect(await got(carl)).toEqual({ remote: 'team', steps: 9 });
    expect((await only(carl)).row.step_count).toBe(9);
    await anna.capture(plantedSession({ number: 1, turns: 4 }).path);
    await exchange([anna, carl]);
    expect(await got(carl)).toEqual({ remote: 'team', steps: 12 });
    await expectSound([remote], machines);
  });

  it('stays two branches when it went two ways, and nothing of either is lost', async () => {
    const { remote, machines } = await team(3);
    const [anna, ben, carl] = machines as [SyncMachine, SyncMachine, SyncMachine];
    await anna.capture(branching('left', 1));
    await ben.capture(branching('right', 2));
    await exchange([anna, ben, carl]);
    expect((await only(carl)).copies).toHaveLength(2);
    expect(await got(carl)).toEqual({ remote: 'team', steps: 6 });
    expect(await got(anna)).toEqual({ remote: null, steps: 4 });
    await anna.capture(branching('right', 2));
    await exchange([anna, carl]);
    expect((await only(anna)).row.sources).toBe(2);
    expect((await only(carl)).row).toMatchObject({ sources: 2, step_count: 4 });
    await expectSound([remote], machines);
  });

  it('is listed in the longest copy whichever remote has it', async () => {
    const [near, far] = [await BareRemote.create(), await BareRemote.create()];
    const [anna, ben, carl] = [new SyncMachine(), new SyncMachine(), new SyncMachine()];
    for (const machine of [anna, carl]) await machine.addRemote(near.gitDir, 'a-near');
    for (const machine of [ben, carl]) await machine.addRemote(far.gitDir, 'b-far');
    await anna.capture(plantedSession({ number: 1, turns: 1 }).path);
    await ben.capture(plantedSession({ number: 1, turns: 2 }).path);
    await anna.push();
    await ben.push();
    for (const remote of ['a-near', 'b-far']) await carl.pull(remote);
    const { row, copies } = await only(carl);
    expect(row.step_count).toBe(6);
    expect(copies.map(({ tip }) => tip.shelf.remote)).toEqual(['b-far', 'a-near']);
  });
});
