import { describe, expect, test } from 'vitest';
import { claudeJsonl, claudeLoglines } from '../../../src/capture/claude-code/index.ts';
import type { SessionIdentity } from '../../../src/capture/session-source.ts';
import { eachLine, identityOf } from '../shared/support.ts';

const STEM = '0f9d6c1e-2b3a-4c5d-8e7f-a1b2c3d4e5f6';
const OTHER = '11111111-2222-4333-8444-555555555555';

type Entry = Record<string, unknown>;

function bytesOf(...entries: Entry[]): Buffer {
  return Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), 'utf8');
}

function user(more: Entry = {}): Entry {
  return {
    type: 'user',
    uuid: 'u-1',
    sessionId: OTHER,
    timestamp: '2026-01-02T03:04:05.678Z',
    message: { content: 'x' },
    ...more,
  };
}

function identify(path: string, ...entries: Entry[]): SessionIdentity | null {
  return identityOf(claudeJsonl, path, bytesOf(...entries));
}

describe('identity of a session', () => {
  test('is the file stem when that is a UUID, in lower case', () => {
    const firstTimestamp = '2026-01-02T03:04:05.678Z';
    expect(identify(`/a/${STEM.toUpperCase()}.jsonl`, user())).toEqual({ sessionId: STEM, firstTimestamp });
  });

  test('is else the last session id, else the first uuid, else the stem', () => {
    expect(identify('/a/b.jsonl', user(), user({ sessionId: 'later' }))?.sessionId).toBe('later');
    expect(
      identify('/a/b.jsonl', user({ sessionId: undefined }), user({ sessionId: null, uuid: 'u-2' }))
        ?.sessionId,
    ).toBe('u-1');
    expect(identify('/a/b.jsonl', user({ sessionId: 7, uuid: undefined }))?.sessionId).toBe('b');
  });

  test('takes no id from an entry that could be taken for a sub-agent or a path', () => {
    for (const sessionId of ['parent/agent', '../../x', 'a\nb', 'x'.repeat(300), '']) {
      expect(identify('/a/b.jsonl', user({ sessionId }))?.sessionId).toBe('u-1');
    }
  });

  test("of a sub-agent's own log comes from its folder and its entries", () => {
    const path = `/p/${STEM}/subagents/agent-abc123.jsonl`;
    const entry = user({ isSidechain: true, agentId: 'abc123' });
    expect(identify(path, entry)).toMatchObject({ sessionId: `${STEM}/abc123`, parentSessionId: STEM });
    expect(identify('/p/demo/subagents/agent-abc123.jsonl', entry)?.parentSessionId).toBe(OTHER);
    expect(identify('/p/demo/subagents/agent-abc123.jsonl', user({ isSidechain: true }))?.sessionId).toBe(
      `${OTHER}/abc123`,
    );
  });

  test('of a log with nothing but one sidechain agent is that of a sub-agent, wherever it lies', () => {
    const entry = user({ isSidechain: true, agentId: 'abc123' });
    expect(identify('/p/agent-abc123.jsonl', entry)).toMatchObject({
      sessionId: `${OTHER}/abc123`,
      parentSessionId: OTHER,
    });
    expect(identify('/p/agent-abc123.jsonl', entry, user())?.parentSessionId).toBeUndefined();
  });

  test('is null when no line is an entry', () => {
    expect(
      identityOf(claudeJsonl, '/a/b.jsonl', Buffer.from('{"type":"session_meta","payload":{}}\n')),
    ).toBeNull();
    expect(identityOf(claudeJsonl, '/a/b.jsonl', Buffer.alloc(0))).toBeNull();
  });

  test('is settled once nothing can change it, and then stays as it is', () => {
    const scan = claudeJsonl.identify(`/a/${STEM}.jsonl`);
    const settled: boolean[] = [];
    const entries = [
      { type: 'summary', summary: 's', leafUuid: 'l' },
      user(),
      user({ isSidechain: true, agentId: 'q' }),
    ];
    eachLine(bytesOf(...entries), (line) => {
      scan.push(line);
      settled.push(scan.settled === true);
    });
    expect(settled).toEqual([false, true, true]);
    expect(scan.end()?.sessionId).toBe(STEM);
  });

  test('of a document is read from its entries', () => {
    const document = Buffer.from(JSON.stringify({ loglines: [user()] }, null, 2));
    expect(identityOf(claudeLoglines, '/a/b.json', document)?.sessionId).toBe(OTHER);
  });
});
