/** What goes over the wire, as git itself records it: no id of a raw object, in either direction. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LANES_PREFIX, SEALED_PREFIX } from '../../src/bucket/layout.ts';
import type { Oid } from '../../src/git/ports.ts';
import { resolvePolicy } from '../../src/security/policy.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { tempDir } from '../support/git-env.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { accountOf, plantedSession, sessionIdOf, tokenOf } from './sessions.ts';

const FORMATS = ['sha1', 'sha256'] as const;

/** Objects that only raw journals hold: ids of empty and constant objects may be equal on both sides. */
async function rawOnly(machine: SyncMachine): Promise<Set<Oid>> {
  const [raw, sealed] = [await reachable(machine, LANES_PREFIX), await reachable(machine, SEALED_PREFIX)];
  return new Set([...raw].filter((oid) => !sealed.has(oid)));
}

async function reachable(machine: SyncMachine, prefix: string): Promise<Set<Oid>> {
  const tips = [...(await machine.refs(prefix)).values()];
  const text = await machine.plainGit('rev-list', '--objects', '--no-object-names', ...tips);
  return new Set(text.split('\n').filter(Boolean));
}

it.each(FORMATS)('of a push that creates, grows and rewrites, and of a pull (%s)', async (algorithm) => {
  const trace = join(tempDir(), 'packets');
  const remote = await BareRemote.create({ algorithm });
  const anna = new SyncMachine({ algorithm, env: { GIT_TRACE_PACKET: trace } });
  await anna.addRemote(remote.gitDir);
  const captures = [
    plantedSession({ number: 1 }).path,
    plantedSession({ number: 1, turns: 3 }).path,
    writeSession(new SessionText(sessionIdOf(2)).user('The word is quux7Hq2Zr9Tw4Lm.').say('Yes.')),
    writeSession(
      new SessionText(sessionIdOf(2))
        .user('The word is quux7Hq2Zr9Tw4Lm.')
        .say('Yes.')
        .user('export API_TOKEN=quux7Hq2Zr9Tw4Lm'),
    ),
  ];
  const raw = new Set<Oid>();
  const actions: string[] = [];
  for (const path of captures) {
    await anna.capture(path);
    const { plan } = await anna.push();
    actions.push(...plan.refs.map((ref) => ref.action));
    for (const oid of await rawOnly(anna)) raw.add(oid);
  }
  expect(actions).toEqual(['create', 'grow', 'grow', 'rewrite']);
  await anna.pull();
  const packets = readFileSync(trace, 'latin1');
  const seen = new Set(packets.match(/[0-9a-f]{40,64}/g));
  expect([...seen].filter((oid) => raw.has(oid))).toEqual([]);
  expect(packets).not.toContain(LANES_PREFIX);
  const [sealed] = (await remote.refs()).values();
  expect(seen.has(sealed!)).toBe(true);
  expect(packets).not.toContain(tokenOf(1).slice(4));
  await expectSound([remote], [anna]);
});

it('a stricter policy leaves nothing of the former copy in a fresh clone', async () => {
  const remote = await BareRemote.create();
  const before = new SyncMachine({ machineId: 'one', policy: resolvePolicy('basic') });
  await before.addRemote(remote.gitDir);
  await before.capture(plantedSession({ number: 1 }).path);
  await before.push();
  expect((await remote.everyByte()).includes(accountOf(1))).toBe(true);
  const after = new SyncMachine({ home: before.home, machineId: 'one' });
  const { plan } = await after.push();
  expect(plan.refs).toMatchObject([{ action: 'rewrite' }]);
  const clone = join(tempDir(), 'clone.git');
  const args = ['clone', '--quiet', '--mirror', '--no-local', remote.gitDir, clone];
  await remote.git.run(args, { network: true });
  const { stdout } = await remote.git.run(['cat-file', '--batch', '--batch-all-objects'], { gitDir: clone });
  expect(stdout.includes('[REDACTED:user:')).toBe(true);
  expect(stdout.includes(accountOf(1))).toBe(false);
  const sealed = [...(await after.refs('refs/opentraces/sealed/')).keys()];
  expect(sealed).toEqual([expect.stringContaining(`/${resolvePolicy('recommended').digest}/`)]);
  await expectSound([remote], [after]);
});
