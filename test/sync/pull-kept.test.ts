/** What a pull counts as new, and what becomes of journals that the remote no longer has. */
import { describe, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { draw } from '../security/samples.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { plantedSession, sessionIdOf, traceOf } from './sessions.ts';

const ids = (...numbers: number[]): string[] => numbers.map(traceOf).sort();

async function joined(remote: BareRemote, ...sessions: number[]): Promise<SyncMachine> {
  const machine = new SyncMachine();
  await machine.addRemote(remote.gitDir);
  if (sessions.length > 0)
    await machine.capture(...sessions.map((number) => plantedSession({ number }).path));
  return machine;
}

/** Anna's and Ben's lanes on one remote, read by both and by Eve. */
async function shared() {
  const remote = await BareRemote.create();
  const [anna, ben, eve] = [await joined(remote, 1, 2), await joined(remote, 3), await joined(remote)];
  await anna.push();
  const [lane = ''] = [...(await remote.refs()).keys()];
  await ben.push();
  return { remote, anna, ben, eve, lane };
}

describe('the numbers of a pull', () => {
  it('call new what was nowhere here before, and tell how much is own', async () => {
    const { remote, anna, ben } = await shared();
    expect(await anna.pull()).toMatchObject({ traces: 3, new_traces: 1, own_traces: 2 });
    expect(await anna.pull()).toMatchObject({ traces: 3, new_traces: 0, own_traces: 2 });
    const mirror = await BareRemote.create();
    await mirror.git.run(['fetch', '--quiet', remote.gitDir, '+refs/*:refs/*'], {
      gitDir: mirror.gitDir,
      network: true,
    });
    await anna.addRemote(mirror.gitDir, 'mirror');
    expect(await anna.pull('mirror')).toMatchObject({ traces: 3, new_traces: 0, own_traces: 2 });
    expect(await ben.pull()).toMatchObject({ traces: 3, new_traces: 2, own_traces: 1 });
  });
});

describe('a lane that the remote no longer has', () => {
  it('stays here with its traces and is named at every pull, until --prune', async () => {
    const { remote, eve, lane } = await shared();
    await eve.pull();
    await remote.plainGit('update-ref', '-d', lane);
    for (let pull = 0; pull < 2; pull += 1) {
      expect(await eve.pull()).toMatchObject({ refs: [], gone: [lane], traces: 3, new_traces: 0 });
      expect(await eve.ids()).toEqual(ids(1, 2, 3));
    }
    const pruned = await eve.pull(undefined, { prune: true });
    expect(pruned).toMatchObject({ refs: [{ ref: lane, change: 'pruned' }], gone: [], traces: 1 });
    expect(await eve.ids()).toEqual(ids(3));
    await expectSound([], [eve]);
  });

  it('counts no trace twice when its machine began another one', async () => {
    const { remote, anna, eve, lane } = await shared();
    await eve.pull();
    await remote.plainGit('update-ref', '-d', lane);
    const copy = anna.copy({ machineId: 'another' });
    await copy.push();
    expect(await eve.pull()).toMatchObject({ gone: [lane], traces: 3, new_traces: 0 });
    expect(await eve.ids()).toEqual(ids(1, 2, 3));
  });

  it('is not a month that was written anew: that is followed', async () => {
    const remote = await BareRemote.create();
    const [anna, eve] = [await joined(remote), await joined(remote)];
    const word = draw(24, undefined, 5);
    const text = new SessionText(sessionIdOf(9));
    text.user(`The word is ${word}, keep it in mind.`).say('I will.');
    await anna.capture(writeSession(text));
    await anna.push();
    await eve.pull();
    text.call('Bash', { command: `export API_TOKEN=${word}` }).result('call_1', '');
    await anna.capture(writeSession(text));
    await anna.push();
    expect(await eve.pull()).toMatchObject({ refs: [{ change: 'rewritten' }], gone: [], traces: 1 });
    const gitDir = `${eve.home}/remotes/team.git`;
    const reachable = await eve.git.text(['log', '--all', '-p', '--text', '--root'], { gitDir });
    expect(reachable).toContain('The word is [REDACTED:api_key:1], keep');
    expect(reachable).not.toContain(word);
  });
});
