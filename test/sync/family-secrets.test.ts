/** What was found in a session is taken out of its sub-agents, and the other way round: each is a trace of its own. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { draw } from '../security/samples.ts';
import { leaks } from '../support/leaks.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { sessionIdOf } from './sessions.ts';

const AGENT = 'a1b2c3d';
/** Nothing gives it away until it is assigned to something. */
const WORD = draw(24, undefined, 5);
const SECOND = draw(24, undefined, 9);

const inline = (session: SessionText, text: string, count = 1): SessionText => {
  const message = { role: 'assistant', id: `sub_${count}`, content: [{ type: 'text', text }] };
  return session.agentProgress(AGENT, 'call_1', { type: 'assistant', message, uuid: `5ub00000-${count}` });
};

function parent(number: number): SessionText {
  return new SessionText(sessionIdOf(number)).user('Look around.').call('Task', { prompt: 'look around' });
}

async function pushed(...paths: string[]): Promise<{ anna: SyncMachine; remote: BareRemote; bytes: Buffer }> {
  const remote = await BareRemote.create();
  const anna = new SyncMachine();
  await anna.addRemote(remote.gitDir);
  await anna.capture(...paths);
  expect(leaks(await anna.everyByte(), WORD)).toBe(true);
  await anna.push();
  return { anna, remote, bytes: await remote.everyByte() };
}

describe('a secret of a session', () => {
  it('is taken out of a sub-agent that holds it bare', async () => {
    const session = inline(parent(1), `The file says ${WORD}.`).user(`export API_TOKEN=${WORD}`);
    const { anna, remote, bytes } = await pushed(writeSession(session));
    expect(bytes.includes('The file says [REDACTED:api_key:1].')).toBe(true);
    expect(leaks(bytes, WORD)).toBe(false);
    expect((await anna.push()).plan.refs).toMatchObject([{ action: 'none' }]);
    await expectSound([remote], [anna]);
  });

  it('that a sub-agent was told is taken out of the parent and of its other sub-agents', async () => {
    const session = inline(parent(1), `API_TOKEN=${WORD}`).result('call_1', `It is ${WORD}.`);
    const path = writeSession(session);
    const own = new SessionText(sessionIdOf(1), { isSidechain: true, agentId: 'b2c3d4e' });
    const folder = join(path.replace(/\.jsonl$/, ''), 'subagents');
    mkdirSync(folder, { recursive: true });
    const other = join(folder, 'agent-b2c3d4e.jsonl');
    appendFileSync(other, own.user('look').say(`Found ${WORD} as well.`).bytes());
    const { bytes } = await pushed(path, other);
    expect(bytes.includes('It is [REDACTED:api_key:1].')).toBe(true);
    expect(bytes.includes('Found [REDACTED:api_key:1] as well.')).toBe(true);
    expect(leaks(bytes, WORD)).toBe(false);
  });

  it('that is told after a push is taken out of the sub-agent as well, in a dry run too', async () => {
    const session = inline(parent(1), `The file says ${WORD} and ${SECOND}.`);
    const path = writeSession(session);
    const { anna, remote } = await pushed(path);
    expect(leaks(await remote.everyByte(), WORD)).toBe(true);
    const before = session.lines.length;
    session.user(`export API_TOKEN=${WORD}`);
    appendFileSync(path, `${session.lines.slice(before).join('\n')}\n`);
    await anna.capture(path);
    expect((await anna.plan({ dryRun: true })).refs).toMatchObject([{ action: 'rewrite', sealed: 2 }]);
    const { plan } = await anna.push();
    expect(plan.refs).toMatchObject([{ action: 'rewrite', sealed: 2 }]);
    const refs = [...(await remote.refs()).keys()];
    expect(refs).toHaveLength(1);
    expect(await remote.history(refs[0]!)).toHaveLength(1);
    expect(await remote.plainGit('grep', '-c', 'says .REDACTED:api_key:1. and', refs[0]!)).not.toBe('');
    await expect(remote.plainGit('grep', '-c', WORD, refs[0]!)).rejects.toThrow();
    await expectSound([remote], [anna]);
  });

  it('is nothing to another session', async () => {
    const told = parent(1).user(`export API_TOKEN=${WORD}`);
    const bare = parent(2).say(`The file says ${WORD}.`);
    const { bytes } = await pushed(writeSession(told), writeSession(bare));
    expect(bytes.includes(`The file says ${WORD}.`)).toBe(true);
  });
});
