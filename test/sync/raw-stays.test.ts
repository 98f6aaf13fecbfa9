/** What reaches a remote is the sealed copy and nothing else. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCopy } from '../../src/bucket/find.ts';
import { LANES_PREFIX, SEALED_PREFIX } from '../../src/bucket/layout.ts';
import { allCopies } from '../../src/bucket/list.ts';
import type { Oid } from '../../src/git/ports.ts';
import { tempDir } from '../support/git-env.ts';
import { BareRemote, expectSound, objectIdsOf, SyncMachine } from '../support/machines.ts';
import { describeOverWires } from './over-wires.ts';
import { type PlantedSession, plantedSession } from './sessions.ts';

/** Shortest run of a secret's characters that counts as a leak. */
const RUN = 8;

function leaks(bytes: Buffer, secret: string): string[] {
  const runs = Array.from({ length: secret.length - RUN + 1 }, (_, at) => secret.slice(at, at + RUN));
  return runs.filter((run) => bytes.includes(run));
}

async function reachable(machine: SyncMachine, prefix: string): Promise<Set<Oid>> {
  const tips = [...(await machine.refs(prefix)).values()];
  const text = await machine.plainGit('rev-list', '--objects', '--no-object-names', ...tips);
  return new Set(text.split('\n').filter(Boolean));
}

async function sourceChunks(machine: SyncMachine): Promise<Oid[]> {
  return machine.withShelves(async ([own]) => {
    const folders = (await allCopies(own!)).map(openCopy);
    return (await Promise.all(folders.map((folder) => folder.chunkOids(0)))).flat();
  });
}

async function expectNothingRaw(machine: SyncMachine, remote: BareRemote): Promise<void> {
  const [raw, sealed] = [await reachable(machine, LANES_PREFIX), await reachable(machine, SEALED_PREFIX)];
  const there = await remote.objectIds();
  expect([...there].filter((oid) => raw.has(oid) && !sealed.has(oid))).toEqual([]);
  const chunks = await sourceChunks(machine);
  expect(chunks.length).toBeGreaterThan(0);
  expect(chunks.filter((oid) => there.has(oid))).toEqual([]);
}

function expectNoSecret(bytes: Buffer, sessions: readonly PlantedSession[]): void {
  for (const { secrets } of sessions) {
    for (const secret of secrets) expect(leaks(bytes, secret)).toEqual([]);
  }
}

describeOverWires((join) => {
  it('never holds a raw object or a piece of a secret, however often is pushed', async () => {
    const remote = await BareRemote.create();
    const anna = await join(remote);
    const folder = tempDir();
    for (const turns of [1, 3]) {
      const sessions = [1, 2, 3].map((number) => plantedSession({ number, turns, folder }));
      await anna.capture(folder);
      await anna.push();
      await expectNothingRaw(anna, remote);
      const bytes = await remote.everyByte();
      expect(bytes.includes('[REDACTED:access_token:')).toBe(true);
      expect(bytes.includes('[REDACTED:user:')).toBe(true);
      expectNoSecret(bytes, sessions);
    }
    await expectSound([remote], [anna]);
  });
});

describe('the bucket', () => {
  const HAND_PUSHES: readonly (readonly string[])[] = [
    ['--mirror'],
    ['--all'],
    ['refs/opentraces/lanes/*:refs/opentraces/lanes/*'],
    ['refs/opentraces/lanes/*:refs/heads/*'],
    ['+refs/*:refs/*'],
    ['refs/opentraces/pushed/*:refs/heads/*'],
    [],
  ];

  it('sends nothing raw when somebody pushes from it by hand', async () => {
    const [remote, other] = [await BareRemote.create(), await BareRemote.create()];
    const anna = new SyncMachine();
    await anna.addRemote(remote.gitDir);
    await anna.capture(plantedSession({ number: 1 }).path);
    await anna.push();
    const raw = await reachable(anna, LANES_PREFIX);
    const sealed = await reachable(anna, SEALED_PREFIX);
    for (const args of HAND_PUSHES) {
      const flags = args.filter((arg) => arg.startsWith('--'));
      const refspecs = args.filter((arg) => !arg.startsWith('--'));
      const call = { gitDir: anna.gitDir, network: true, okCodes: [0, 1, 128] };
      await anna.git.run(['push', ...flags, other.gitDir, ...refspecs], call);
      const there = [...(await other.objectIds())];
      expect(there.filter((oid) => raw.has(oid) && !sealed.has(oid))).toEqual([]);
    }
  });

  it('refuses a mirror push by name', async () => {
    const remote = await BareRemote.create();
    const anna = new SyncMachine();
    await anna.capture(plantedSession({ number: 1 }).path);
    const call = { gitDir: anna.gitDir, network: true };
    await expect(anna.git.run(['push', '--mirror', remote.gitDir], call)).rejects.toThrow(/push/);
    expect((await remote.objectIds()).size).toBe(0);
  });

  it('shows no raw ref to a clone or fetch', async () => {
    const remote = await BareRemote.create();
    const anna = new SyncMachine();
    await anna.addRemote(remote.gitDir);
    await anna.capture(plantedSession({ number: 1 }).path);
    await anna.push();
    const shown = await anna.git.text(['ls-remote', anna.gitDir], { network: true });
    const names = shown.split('\n').flatMap((line) => line.split('\t')[1] ?? []);
    expect(names.filter((name) => name.startsWith(SEALED_PREFIX))).toHaveLength(1);
    expect(names.filter((name) => !name.startsWith(SEALED_PREFIX) && name !== 'HEAD')).toEqual([]);
    const clone = join(tempDir(), 'clone.git');
    await anna.git.run(['clone', '--quiet', '--mirror', '--no-local', anna.gitDir, clone], { network: true });
    const chunks = await sourceChunks(anna);
    const there = await objectIdsOf(anna.git, clone);
    expect(chunks.filter((oid) => there.has(oid))).toEqual([]);
  });
});
