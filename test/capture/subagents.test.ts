/** Sub-agents: logs of their own, lines inside the parent's log, and both. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { subagentSessionId, traceIdOf } from '../../src/base/ids.ts';
import { ownShelf } from '../../src/bucket/shelves.ts';
import { getTrace } from '../../src/trace/get.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { tempDir } from '../support/git-env.ts';
import { expectPure } from './rederive.ts';
import { SESSION_ID, SessionText, writeSession } from './session-file.ts';

const AGENT = 'a1b2c3d';
const MAIN = traceIdOf('claude-code', SESSION_ID);
const SUB = traceIdOf('claude-code', subagentSessionId(SESSION_ID, AGENT));

/** The parent with a task whose sub-agent's messages stand in the same file. */
function parentWithInline(messages = 2): SessionText {
  const session = new SessionText().user('Look around.').call('Task', { prompt: 'look around' });
  for (let count = 1; count <= messages; count += 1) {
    const content = [{ type: 'text', text: `inline ${count}` }];
    const message = { role: 'assistant', id: `sub_${count}`, model: 'claude-haiku-4-5', content };
    session.agentProgress(AGENT, 'call_1', { type: 'assistant', message, uuid: `5ub00000-${count}` });
  }
  return session;
}

/** The sub-agent's own log, which says more than the parent's lines. */
function ownLog(): SessionText {
  const session = new SessionText(SESSION_ID, { isSidechain: true, agentId: AGENT });
  const notice = { type: 'system', subtype: 'informational', content: 'no sidechain mark', level: 'info' };
  session.user('look around').say('own 1').say('own 2').raw(JSON.stringify(notice));
  return session.say('own 3');
}

const OWN_TEXTS = ['look around', 'own 1', 'own 2', 'no sidechain mark', 'own 3'];
const OWN_NAME = `${SESSION_ID}/subagents/agent-${AGENT}.jsonl`;

async function texts(bucket: TestBucket, traceId: string): Promise<unknown[]> {
  const { steps } = await getTrace([ownShelf(bucket.bucket)], traceId, 'all');
  return steps.map(({ content }) => content);
}

describe('a sub-agent inside its parent’s file', () => {
  it('is a trace of its own, linked from the step and to the parent, in one commit', async () => {
    const bucket = await TestBucket.open();
    const { results, commits } = await bucket.capture([writeSession(parentWithInline())]);
    expect(results.map(({ trace_id: id, status }) => [id, status])).toEqual([
      [MAIN, 'captured'],
      [SUB, 'captured'],
    ]);
    expect(commits).toBe(1);
    expect((await (await bucket.folder(SUB)).meta()).parent_trace_id).toBe(MAIN);
    const { steps } = await getTrace([ownShelf(bucket.bucket)], MAIN, 'all');
    expect(steps[1]!.tool_calls[0]!.subagent_trajectory_ref).toBe(SUB);
    expect(await texts(bucket, SUB)).toEqual(['inline 1', 'inline 2']);
    await expectVerified(bucket);
    await expectPure(bucket);
  });

  it('grows with the parent’s file', async () => {
    const bucket = await TestBucket.open();
    const path = writeSession(parentWithInline(1));
    await bucket.capture([path]);
    writeFileSync(path, parentWithInline(3).bytes());
    const { results } = await bucket.capture([path]);
    expect(results.map(({ status }) => status)).toEqual(['grown', 'grown']);
    const fresh = await TestBucket.open();
    await fresh.capture([path]);
    expect(await bucket.trees()).toEqual(await fresh.trees());
    await expectVerified(bucket);
  });
});

describe('a sub-agent with a log of its own', () => {
  it('is linked from the parent’s result', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    const parent = new SessionText().user('Look around.').call('Task', { prompt: 'look around' });
    parent.result('call_1', 'seen', { agentId: AGENT, status: 'completed', content: [] });
    writeSession(parent, { folder });
    writeSession(ownLog(), { folder, name: OWN_NAME });
    const { totals } = await bucket.capture([folder]);
    expect(totals.captured).toBe(2);
    const { steps } = await getTrace([ownShelf(bucket.bucket)], MAIN, 'all');
    expect(steps[1]!.tool_calls[0]!.subagent_trajectory_ref).toBe(SUB);
    expect((await (await bucket.folder(SUB)).meta()).parent_trace_id).toBe(MAIN);
    expect(await texts(bucket, SUB)).toEqual(OWN_TEXTS);
    await expectVerified(bucket);
    await expectPure(bucket);
  });
});

describe('a sub-agent found in both places', () => {
  it.each([
    ['its own log first', [OWN_NAME, `${SESSION_ID}.jsonl`]],
    ['the parent’s lines first', [`${SESSION_ID}.jsonl`, OWN_NAME]],
  ])('takes its steps from its own log: %s', async (_, order) => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    writeSession(parentWithInline(), { folder });
    writeSession(ownLog(), { folder, name: OWN_NAME });
    for (const name of order) {
      await bucket.capture([join(folder, name)]);
      await expectPure(bucket);
    }
    expect(await texts(bucket, SUB)).toEqual(OWN_TEXTS);
    const metas = await (await bucket.folder(SUB)).sourceMetas();
    expect(metas.map(({ kind }) => kind).sort()).toEqual(['inline-subagent', 'session-log']);
    const alone = await TestBucket.open();
    await alone.capture([join(folder, OWN_NAME)]);
    const names = ['steps', `trace.${SUB.slice(-6)}`];
    for (const name of names) expect(await oidOf(bucket, SUB, name)).toBe(await oidOf(alone, SUB, name));
    const refs = await bucket.refs();
    expect((await bucket.capture([folder])).commits).toBe(0);
    expect(await bucket.refs()).toBe(refs);
    await expectVerified(bucket);
  });

  it('is whole after one capture of the folder, and unchanged after the next', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    writeSession(parentWithInline(), { folder });
    writeSession(ownLog(), { folder, name: OWN_NAME });
    await bucket.capture([folder]);
    expect((await (await bucket.folder(SUB)).sourceMetas()).length).toBe(2);
    expect((await bucket.capture([folder])).commits).toBe(0);
    await expectVerified(bucket);
    await expectPure(bucket);
  });
});

async function oidOf(bucket: TestBucket, traceId: string, name: string): Promise<string> {
  return bucket.plainGit('rev-parse', `${(await bucket.trees()).get(traceId)}:${name}`);
}
