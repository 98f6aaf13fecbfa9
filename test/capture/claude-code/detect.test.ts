import { describe, expect, test } from 'vitest';
import { formatByName, formatOf } from '../../../src/capture/formats.ts';

function nameOf(text: string): string | undefined {
  const format = formatOf(Buffer.from(text, 'utf8').subarray(0, 65536), 'any-name.txt');
  return format?.agent === 'claude-code' ? format.name : undefined;
}

const user = { parentUuid: null, isSidechain: false, sessionId: 's', type: 'user', uuid: 'u' };
const entry = JSON.stringify({ ...user, message: { role: 'user', content: 'x' } });

describe('telling Claude Code by content', () => {
  test.each([
    ['an entry', `${entry}\n`],
    ['an entry without a line end', entry],
    ['an entry behind broken lines', `%%%\n{"half":\n\n${entry}\n`],
    ['a summary alone', '{"type":"summary","summary":"s","leafUuid":"l"}\n'],
    ['a snapshot first', `{"type":"file-history-snapshot","messageId":"m","snapshot":{}}\n`],
    [
      'a first line longer than the head',
      JSON.stringify({ ...user, message: { content: 'y'.repeat(70_000) } }),
    ],
  ])('takes %s for Claude Code lines', (_, text) => expect(nameOf(text)).toBe('claude-jsonl'));

  test.each([
    ['loglines', '{"loglines":[]}'],
    ['pretty loglines', '\n{\n  "loglines": [\n'],
  ])('takes %s for the document form', (_, text) => expect(nameOf(text)).toBe('claude-loglines-json'));

  test.each([
    ['nothing', ''],
    ['prose', 'type user message content'],
    [
      'wrapped Codex lines',
      '{"timestamp":"t","type":"response_item","payload":{"type":"message","role":"user"}}\n',
    ],
    [
      'Pi lines',
      '{"type":"session","id":"i","cwd":"/x"}\n{"type":"message","message":{"role":"user","content":"x"}}\n',
    ],
    ['Copilot events', '{"type":"user.message","data":{"content":"x"},"id":"i"}\n'],
    ['Gemini lines', '{"id":"i","type":"user","content":"x"}\n'],
    [
      'the same envelope with parts',
      `${JSON.stringify({ ...user, message: { role: 'user', parts: [] } })}\n`,
    ],
    ['package.json', '{"name":"x","type":"module"}'],
    ['a long line of something else', `{"type":"user","text":"${'z'.repeat(70_000)}"}`],
  ])('does not take %s', (_, text) => expect(nameOf(text)).toBeUndefined());

  test('finds a format again by the names a source keeps', () => {
    expect(formatByName('claude-code', 'claude-jsonl')?.name).toBe('claude-jsonl');
    expect(formatByName('claude-code', 'unheard-of')).toBeNull();
  });
});
