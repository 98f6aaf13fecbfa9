/** A secret found later, in text that is out already: the month is written anew, and no other history stays. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { draw } from '../security/samples.ts';
import { tempDir } from '../support/git-env.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { describeOverWires } from './over-wires.ts';
import { plantedSession, sessionIdOf, traceOf } from './sessions.ts';

/** Nothing gives it away until it is assigned to something. */
const WORD = draw(24, undefined, 5);

/** Says the word; when `told`, also what it is. */
function session(number: number, told: boolean): string {
  const text = new SessionText(sessionIdOf(number));
  text.user(`The word is ${WORD}, keep it in mind.`).say('I will.');
  if (told) text.call('Bash', { command: `export API_TOKEN=${WORD}` }).result('call_1', '');
  return writeSession(text);
}

async function bytesOfClone(remote: BareRemote): Promise<Buffer> {
  const clone = join(tempDir(), 'clone.git');
  await remote.git.run(['clone', '--quiet', '--mirror', '--no-local', remote.gitDir, clone], {
    network: true,
  });
  const args = ['cat-file', '--batch', '--batch-all-objects', '--unordered'];
  return (await remote.git.run(args, { gitDir: clone })).stdout;
}

async function expectRewritten(remote: BareRemote): Promise<void> {
  for (const ref of (await remote.refs()).keys()) {
    if (ref.endsWith('2026-02')) expect(await remote.history(ref)).toHaveLength(1);
  }
  const bytes = await bytesOfClone(remote);
  expect(bytes.includes('The word is [REDACTED:api_key:1], keep')).toBe(true);
  expect(bytes.includes(WORD)).toBe(false);
}

describeOverWires((join) => {
  it('replaces the month under a lease, and a pull follows', async () => {
    const remote = await BareRemote.create();
    const [anna, ben] = [await join(remote), await join(remote)];
    await anna.capture(session(1, false), plantedSession({ number: 2 }).path);
    await anna.push();
    await ben.pull();
    expect((await remote.everyByte()).includes(WORD)).toBe(true);
    await anna.capture(session(1, true));
    const { plan } = await anna.push();
    expect(plan.refs).toMatchObject([{ action: 'rewrite', traces: 2, sealed: 1 }]);
    await expectRewritten(remote);
    expect((await ben.pull()).refs).toMatchObject([{ change: 'rewritten' }]);
    expect(await ben.ids()).toEqual([traceOf(1), traceOf(2)].sort());
    const { plan: next } = await anna.push();
    expect(next.refs).toMatchObject([{ action: 'none' }]);
    await expectSound([remote], [anna, ben]);
  });
});

/** What hosts do for every ref, and git's own `receive.deny*` settings for branches only. */
const DENY_REWRITES =
  'case "$2$3" in *00000000*) exit 0;; esac; git merge-base --is-ancestor "$2" "$3" || exit 1';
const DENY_DELETES = 'case "$3" in 00000000*) echo "no deletions here" >&2; exit 1;; esac';

describe('a remote that denies what is no fast-forward', () => {
  let remote: BareRemote;
  let anna: SyncMachine;
  let ben: SyncMachine;

  beforeEach(async () => {
    remote = await BareRemote.create();
    remote.hook('update', DENY_REWRITES);
    [anna, ben] = [new SyncMachine(), new SyncMachine()];
    for (const machine of [anna, ben]) await machine.addRemote(remote.gitDir);
    await anna.capture(session(1, false));
    await anna.push();
    await ben.pull();
    await anna.capture(session(1, true));
  });

  it('has the month deleted and created again', async () => {
    const { report } = await anna.push();
    expect(report).toMatchObject({ pushed: 1, refs: [{ status: 'ok' }] });
    await expectRewritten(remote);
    expect((await ben.pull()).refs).toMatchObject([{ change: 'rewritten' }]);
    expect(await ben.ids()).toEqual([traceOf(1)]);
    await expectSound([remote], [anna, ben]);
  });

  it('gets the months that only grow in the same push', async () => {
    await anna.capture(plantedSession({ number: 3, month: '2026-01' }).path);
    await anna.capture(plantedSession({ number: 4, month: '2026-03' }).path);
    const { report } = await anna.push();
    expect(report.pushed).toBe(3);
    await expectRewritten(remote);
    await ben.pull();
    expect(await ben.ids()).toEqual([1, 3, 4].map(traceOf).sort());
  });

  it('has the old month back when it does not take the new one', async () => {
    const [old] = (await remote.refs()).values();
    const known = [old, '0'.repeat(40)].join('|');
    remote.hook('update', `case "$3" in ${known}) exit 0;; *) echo "over quota" >&2; exit 1;; esac`);
    await expect(anna.push()).rejects.toMatchObject({ code: 'OT_REMOTE_REJECTED', kind: 'network' });
    expect([...(await remote.refs()).values()]).toEqual([old]);
    remote.hook('update', DENY_REWRITES);
    await anna.push();
    await expectRewritten(remote);
  });

  it('says so when it denies deletions too, and nothing is lost', async () => {
    remote.hook('update', `${DENY_DELETES}\n${DENY_REWRITES}`);
    const before = await remote.refs();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await expect(anna.push()).rejects.toMatchObject({ code: 'OT_REMOTE_REJECTED', kind: 'network' });
      expect(await remote.refs()).toEqual(before);
    }
    await expectSound([remote], [anna]);
    remote.hook('update', DENY_REWRITES);
    const { plan } = await anna.push();
    expect(plan.new_lane).toBe(false);
    await expectRewritten(remote);
  });
});

describe('a remote that moves between plan and push', () => {
  it.each(['create', 'grow', 'rewrite'])('refuses to %s, and the next push loses nothing', async (action) => {
    const remote = await BareRemote.create();
    const [anna, ben] = [new SyncMachine(), new SyncMachine()];
    for (const machine of [anna, ben]) await machine.addRemote(remote.gitDir);
    await ben.capture(plantedSession({ number: 9, month: '2026-05' }).path);
    await ben.push();
    const [foreign] = (await remote.refs()).values();
    await anna.capture(session(1, false));
    if (action !== 'create') await anna.push();
    if (action === 'grow') await anna.capture(plantedSession({ number: 2 }).path);
    if (action === 'rewrite') await anna.capture(session(1, true));
    const { plan } = { plan: await anna.plan({ dryRun: true }) };
    const [{ action: planned, remote_ref }] = plan.refs as [(typeof plan.refs)[0]];
    expect(planned).toBe(action);
    const between = () => remote.plainGit('update-ref', remote_ref, foreign!);
    await expect(anna.push({ between })).rejects.toMatchObject({ code: 'OT_PUSH_STALE', kind: 'conflict' });
    expect((await remote.refs()).get(remote_ref)).toBe(foreign);
    const { plan: second } = await anna.push();
    expect(second.new_lane).toBe(true);
    expect((await remote.refs()).get(remote_ref)).toBe(foreign);
    await ben.pull();
    expect(await ben.ids()).toEqual((await anna.ids()).concat(traceOf(9)).sort());
    await expectSound([remote], [anna]);
  });
});

describe('a push that was killed before it could note what it sent', () => {
  it('still replaces a month that holds a secret', async () => {
    const remote = await BareRemote.create();
    const anna = new SyncMachine();
    await anna.addRemote(remote.gitDir);
    await anna.capture(session(1, false));
    const { plan } = await anna.push();
    const [noted] = await anna.refs('refs/opentraces/pushed/');
    await anna.plainGit('update-ref', '-d', noted![0]);
    await anna.capture(session(1, true));
    const { plan: second } = await anna.push();
    expect(second).toMatchObject({ new_lane: false, lane: plan.lane, refs: [{ action: 'rewrite' }] });
    await expectRewritten(remote);
  });
});
