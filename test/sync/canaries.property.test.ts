import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { AGENTS, plantingsOf } from '../support/canaries.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { expectCanariesStay } from './canaries.ts';
import { plantedSession, tokenOf } from './sessions.ts';

const SEED = 20_260_203;

test.each(AGENTS)(`canaries in sessions of %s reach no remote (seed ${SEED})`, async (agent) => {
  const plantings = plantingsOf(fc, { minLength: 8, maxLength: 20 });
  const property = fc.asyncProperty(plantings, fc.nat(1000), (all, number) =>
    expectCanariesStay([agent], all, { number, cases: 1 }),
  );
  await fc.assert(property, { seed: SEED, numRuns: 1, endOnFailure: true });
});

test('a session whose id holds a secret is not sealed, and nothing is sent', async () => {
  const remote = await BareRemote.create();
  const anna = new SyncMachine();
  await anna.addRemote(remote.gitDir);
  await anna.capture(plantedSession({ number: 1 }).path);
  await anna.capture(writeSession(new SessionText(`run-${tokenOf(2)}`).user('Hello.').say('Yes.')));
  await expect(anna.push()).rejects.toMatchObject({ code: 'OT_SEAL_ID', kind: 'blocked' });
  expect((await remote.objectIds()).size).toBe(0);
  await expectSound([remote], [anna]);
});
