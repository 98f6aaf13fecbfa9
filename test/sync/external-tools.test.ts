/** External detectors in sealing: of what they find no copy leaves, and nothing leaves without their answer. */
import { beforeEach, describe, expect, it } from 'vitest';
import { openPrograms } from '../../src/security/external/programs.ts';
import { policyOf } from '../../src/security/policy.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { draw } from '../security/samples.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { pathWithTool } from '../support/tools.ts';

/** Nothing in this process knows its shape. */
const CANARY = `CANARY-${draw(24)}`;

let remote: BareRemote;

beforeEach(async () => {
  remote = await BareRemote.create();
});

/** A machine with one session, whose policy has a gitleaks that is this script. */
async function machineWith(script?: string): Promise<SyncMachine> {
  const searchPath = pathWithTool('gitleaks', script);
  const programs = await openPrograms(['gitleaks'], { searchPath, timeLimit: 5000 });
  const machine = new SyncMachine({ policy: policyOf(['gitleaks'], programs) });
  await machine.addRemote(remote.gitDir);
  const text = new SessionText()
    .user(`look at ${CANARY}`)
    .say(`it is in {"key":"${CANARY}"} and in ${Buffer.from(`x ${CANARY}`).toString('base64')}`);
  await machine.capture(writeSession(text));
  return machine;
}

/** True when some run of eight characters of the canary's random part stands in these bytes. */
function holdsCanary(bytes: Buffer): boolean {
  const secret = CANARY.slice('CANARY-'.length);
  const runs = Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8));
  const base64 = Buffer.from(`x ${CANARY}`).toString('base64').slice(12, 32);
  return [...runs, base64].some((run) => bytes.includes(run));
}

describe('a push under a policy with a program', () => {
  it('sends no copy of what the program found, in no form', async () => {
    const anna = await machineWith();
    const { plan } = await anna.push();
    expect(plan.policy.name).toBe('custom');
    expect(plan.replaced).toMatchObject({ access_token: expect.any(Number) });
    expect(holdsCanary(await remote.everyByte())).toBe(false);
    await expectSound([remote], [anna]);
  });

  it.each([
    ['fails', 'cat >/dev/null; exit 1', 'OT_TOOL_FAILED', 'refused'],
    ['gives no report', 'cat >/dev/null', 'OT_TOOL_FAILED', 'refused'],
    [
      'finds what the sealer cannot remove',
      `cat >/dev/null; echo '[{"RuleID":"role","Secret":"message"}]'`,
      'OT_SEAL_RESIDUE',
      'blocked',
    ],
  ])('sends nothing when it %s', async (_, script, code, kind) => {
    const anna = await machineWith(script);
    await expect(anna.push()).rejects.toMatchObject({ code, kind });
    expect(await remote.objectIds()).toEqual(new Set());
    await expectSound([remote], [anna]);
  });
});
