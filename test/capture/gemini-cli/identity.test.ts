/** Who a Gemini CLI session is, by what it names and by where it lies. */
import { describe, expect, test } from 'vitest';
import { geminiJson, geminiJsonl } from '../../../src/capture/gemini-cli/index.ts';
import { identityOf } from '../shared/support.ts';

const PARENT = '8c111111-41aa-4c55-9b0e-1d2c3b4a5f62';
const START = '2026-02-04T10:00:00.000Z';

function header(fields: Record<string, unknown>): Buffer {
  return Buffer.from(`${JSON.stringify({ projectHash: 'cd', startTime: START, ...fields })}\n`);
}

describe('identity of a Gemini CLI session', () => {
  test('is the id its header names', () => {
    const bytes = header({ sessionId: PARENT, kind: 'main' });
    expect(geminiJsonl.detect(bytes, 'x.jsonl')).toBe(true);
    expect(identityOf(geminiJsonl, '/t/chats/session-1.jsonl', bytes)).toEqual({
      sessionId: PARENT,
      firstTimestamp: START,
    });
  });

  test('of a sub-agent names the parent whose folder it lies in', () => {
    const bytes = header({ sessionId: 'inv-7c41', kind: 'subagent' });
    expect(identityOf(geminiJsonl, `/t/chats/${PARENT}/inv-7c41.jsonl`, bytes)).toEqual({
      sessionId: `${PARENT}/inv-7c41`,
      parentSessionId: PARENT,
      firstTimestamp: START,
    });
    expect(identityOf(geminiJsonl, '/t/elsewhere/inv-7c41.jsonl', bytes)?.parentSessionId).toBeUndefined();
  });

  test('is the file name when nothing usable is named', () => {
    const message = { id: 'm', timestamp: START, type: 'gemini', content: 'hi' };
    const bytes = Buffer.from(`${JSON.stringify({ sessionId: '../../x', messages: [message] })}`);
    expect(geminiJson.detect(bytes, 'x.json')).toBe(true);
    expect(identityOf(geminiJson, '/t/session-2026.json', bytes)?.sessionId).toBe('session-2026');
  });

  test.each([
    ['an OpenCode export', { info: { id: 'ses_1' }, messages: [{ info: { role: 'user' }, parts: [] }] }],
    ['a chat of another program', { messages: [{ role: 'user', content: 'hi' }] }],
    ['an empty list', { messages: [] }],
  ])('is not asked of %s', (_, document) => {
    expect(geminiJson.detect(Buffer.from(JSON.stringify(document)), 'x.json')).toBe(false);
  });
});
