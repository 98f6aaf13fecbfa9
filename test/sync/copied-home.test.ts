/** An `OT_HOME` that was copied: both go on, no ref has two writers, nothing is lost. */
import { cpSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LANES_PREFIX } from '../../src/bucket/layout.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { plantedSession, traceOf } from './sessions.ts';

async function lanesOf(machine: SyncMachine): Promise<string[]> {
  const names = [...(await machine.refs(LANES_PREFIX)).keys()];
  return [...new Set(names.map((name) => name.split('/')[3]!))];
}

async function original(): Promise<{ remote: BareRemote; anna: SyncMachine; reader: SyncMachine }> {
  const remote = await BareRemote.create();
  const [anna, reader] = [new SyncMachine({ machineId: 'one' }), new SyncMachine()];
  for (const machine of [anna, reader]) await machine.addRemote(remote.gitDir);
  await anna.capture(plantedSession({ number: 1 }).path);
  await anna.push();
  return { remote, anna, reader };
}

const ids = (...numbers: number[]): string[] => numbers.map(traceOf).sort();

describe('a bucket copied to another machine', () => {
  it.each(['the copy', 'the original'])('begins a lane of its own; %s pushes first', async (first) => {
    const { remote, anna, reader } = await original();
    const copy = anna.copy({ machineId: 'two' });
    await anna.capture(plantedSession({ number: 2 }).path, plantedSession({ number: 1, turns: 2 }).path);
    await copy.capture(plantedSession({ number: 3 }).path, plantedSession({ number: 1, turns: 3 }).path);
    expect(await lanesOf(copy)).not.toEqual(await lanesOf(anna));
    expect(await lanesOf(copy)).toHaveLength(1);
    const order = first === 'the copy' ? [copy, anna] : [anna, copy];
    for (const machine of order) expect((await machine.push()).plan.new_lane).toBe(false);
    for (const machine of [anna, copy, reader]) await machine.pull();
    for (const machine of [anna, copy, reader]) expect(await machine.ids()).toEqual(ids(1, 2, 3));
    expect((await reader.list()).traces.get(traceOf(1))!.row.step_count).toBe(9);
    await expectSound([remote], [anna, copy, reader]);
  });

  it('says in a dry run that a lane will begin, and begins none', async () => {
    const { anna } = await original();
    const copy = anna.copy({ machineId: 'two' });
    const before = copy.snapshot();
    const plan = await copy.plan({ dryRun: true });
    expect(plan).toMatchObject({ new_lane: true, refs: [{ action: 'create', traces: 1 }] });
    expect(copy.snapshot()).toEqual(before);
    expect((await copy.push()).plan).toMatchObject({
      new_lane: true,
      refs: [{ action: 'create', traces: 1 }],
    });
  });
});

describe('a bucket put back from a backup in the same place', () => {
  /** Two states of one home take turns at one path: the fingerprint cannot tell them apart. */
  class TwoStates {
    readonly machine: SyncMachine;
    #other: string;

    constructor(machine: SyncMachine) {
      this.machine = machine;
      this.#other = `${machine.home}-other`;
      cpSync(machine.home, this.#other, { recursive: true, preserveTimestamps: true });
    }

    swap(): void {
      renameSync(this.machine.home, `${this.machine.home}-moving`);
      renameSync(this.#other, this.machine.home);
      renameSync(`${this.machine.home}-moving`, this.#other);
    }
  }

  it('begins a lane at the push that finds its own replaced, whatever was captured', async () => {
    const { remote, anna, reader } = await original();
    const states = new TwoStates(anna);
    await anna.capture(plantedSession({ number: 2 }).path);
    expect((await anna.push()).plan.new_lane).toBe(false);
    states.swap();
    await anna.capture(plantedSession({ number: 3 }).path);
    expect(await anna.plan({ dryRun: true })).toMatchObject({ new_lane: true, updates: [] });
    expect((await anna.push()).plan.new_lane).toBe(true);
    states.swap();
    await anna.capture(plantedSession({ number: 4 }).path);
    expect((await anna.push()).plan.new_lane).toBe(false);
    states.swap();
    expect((await anna.push()).plan.refs).toMatchObject([{ action: 'none' }]);
    await reader.pull();
    expect(await reader.ids()).toEqual(ids(1, 2, 3, 4));
    await expectSound([remote], [anna, reader]);
    states.swap();
    await expectSound([], [anna]);
  });

  it('begins one also when both states made a month that the remote did not have', async () => {
    const { remote, anna, reader } = await original();
    const states = new TwoStates(anna);
    for (const number of [2, 3]) {
      await anna.capture(plantedSession({ number, month: '2026-07' }).path);
      await anna.push();
      states.swap();
    }
    await reader.pull();
    expect(await reader.ids()).toEqual(ids(1, 2, 3));
    await expectSound([remote], [anna, reader]);
  });
});

describe('a bucket whose lane was lost', () => {
  it('sends all its journals in a new lane after bucket.json was deleted', async () => {
    const { remote, anna, reader } = await original();
    rmSync(`${anna.home}/bucket.json`);
    await anna.capture(plantedSession({ number: 2 }).path, plantedSession({ number: 1, turns: 2 }).path);
    await anna.push();
    await anna.capture(plantedSession({ number: 3, month: '2026-07' }).path);
    await anna.push();
    await reader.pull();
    expect(await reader.ids()).toEqual(ids(1, 2, 3));
    expect((await reader.list()).traces.get(traceOf(1))!.row.step_count).toBe(6);
    expect(await lanesOf(anna)).toHaveLength(1);
    await expectSound([remote], [anna, reader]);
  });

  it('sends all its journals after a kill between the renaming and the note of it', async () => {
    const { remote, anna, reader } = await original();
    const renamed = 'f'.repeat(16);
    for (const [name, oid] of await anna.refs('refs/opentraces/')) {
      await anna.plainGit('update-ref', '-d', name);
      if (name.includes('/pushed/')) continue;
      const [lane] = name.split('/').slice(-2);
      await anna.plainGit('update-ref', name.replace(lane!, renamed), oid);
    }
    await anna.capture(plantedSession({ number: 2 }).path, plantedSession({ number: 1, turns: 2 }).path);
    await anna.push();
    await reader.pull();
    expect(await reader.ids()).toEqual(ids(1, 2));
    expect((await reader.list()).traces.get(traceOf(1))!.row.step_count).toBe(6);
    await expectSound([remote], [anna, reader]);
  });
});
