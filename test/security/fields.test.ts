import { describe, expect, test } from 'vitest';
import { FieldClassifier } from '../../src/security/fields.ts';

const uuid = '3f0b7c1e-52a4-4c39-9d77-0a6b1c2d3e4f';
const base64 = 'QUJD'.repeat(30);

describe('FieldClassifier', () => {
  const fields = new FieldClassifier('claude-jsonl');
  test.each([
    ['uuid', null, uuid, 'id'],
    ['parentUuid', null, uuid, 'id'],
    ['tool_use_id', 'content', 'toolu_01AbCdEfGhIjKlMnOp', 'id'],
    ['agentId', null, 'a1b2c3d', 'id'],
    ['uuid', null, 'not an id', 'plain'],
    ['uuid', null, `gh${'p'}_0123456789abcdefghij`, 'plain'],
    ['signature', null, base64, 'random'],
    ['signature', 'thinking', 'password=1', 'plain'],
    ['data', 'source', `data:image/png;base64,${base64}`, 'random'],
    ['type', null, 'assistant', 'word'],
    ['type', null, 'say "x"', 'plain'],
    ['name', 'content', 'Bash', 'word'],
    ['name', 'author', 'alix', 'plain'],
    ['text', 'content', uuid, 'plain'],
    [null, null, uuid, 'plain'],
    ['constructor', '__proto__', uuid, 'plain'],
  ] as const)('%s of %s with %j is %s', (key, parent, value, expected) => {
    expect(fields.classify(key, parent, value)).toBe(expected);
  });

  test.each([
    ['codex-rollout', 'call_id', 'payload', 'call_Z9yXwVuTsRqPoN', 'id'],
    ['codex-rollout', 'turn_id', 'payload', uuid, 'id'],
    ['codex-rollout', 'encrypted_content', 'payload', `gAAAAAB${base64}`, 'random'],
    ['codex-rollout', 'result', 'payload', base64, 'random'],
    ['codex-rollout', 'result', 'metadata', base64, 'plain'],
    ['codex-rollout', 'call_id', 'payload', 'password=1', 'plain'],
    ['copilot-events', 'toolCallId', 'data', 'toolu_bdrk_01AbCdEfGhIjKlMn', 'id'],
    ['copilot-events', 'reasoningOpaque', 'data', base64, 'random'],
    ['copilot-events', 'content', 'data', base64, 'plain'],
    ['pi-jsonl', 'thinkingSignature', null, base64, 'random'],
    ['pi-jsonl', 'toolCallId', 'message', 'toolu_01AbCdEfGhIjKlMnOp', 'id'],
    ['pi-jsonl', 'text', null, base64, 'plain'],
    ['gemini-jsonl', 'thoughtSignature', null, base64, 'random'],
    ['gemini-json', 'name', 'toolCalls', 'read_file', 'word'],
    ['gemini-json', 'agentId', null, 'password=1', 'plain'],
    ['opencode-rows', 'message_id', 'row', 'msg_c2e0f3d4001aBcDeFgHiJkLmN', 'id'],
    ['opencode-export', 'callID', null, 'toolu_01AbCdEfGhIjKlMnOp', 'id'],
    ['opencode-files', 'url', 'content', `data:image/png;base64,${base64}`, 'random'],
    ['opencode-files', 'url', 'content', 'https://user:secret@prices.example/', 'plain'],
  ] as const)('in %s, %s of %s with %j is %s', (format, key, parent, value, expected) => {
    expect(new FieldClassifier(format).classify(key, parent, value)).toBe(expected);
  });

  test('an unknown format has the common names only', () => {
    const generic = new FieldClassifier('something else');
    expect(generic.classify('uuid', null, uuid)).toBe('id');
    expect(generic.classify('parentUuid', null, uuid)).toBe('plain');
  });
});
