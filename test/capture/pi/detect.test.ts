/** Which files are taken for Pi sessions, by content alone. */
import { describe, expect, test } from 'vitest';
import { isPiJsonl } from '../../../src/capture/pi/detect.ts';

const time = '2026-01-28T16:57:01.391Z';
const header = { type: 'session', version: 3, id: 'i', timestamp: time, cwd: '/x' };
const message = { type: 'message', timestamp: time, message: { role: 'user', content: 'x', timestamp: 1 } };

function lines(...rows: readonly unknown[]): Buffer {
  return Buffer.from(rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
}

describe('telling Pi by content', () => {
  test.each([
    ['a header', lines(header)],
    ['a header behind a broken line', lines('{"half":', header)],
    ['a message where the header is lost', lines('{"half":', message)],
  ])('takes %s', (_, head) => expect(isPiJsonl(head)).toBe(true));

  test.each([
    ['nothing', lines()],
    ['a header without a folder', lines({ type: 'session', id: 'i' })],
    [
      'Droid rows, whose messages carry no time of their own',
      lines(
        { type: 'session_start', id: 'i', version: 2, cwd: '/x' },
        { type: 'message', id: 'm', timestamp: time, message: { role: 'user', content: [] } },
      ),
    ],
    ['a message of an unknown role', lines({ ...message, message: { role: 'robot', timestamp: 1 } })],
  ])('does not take %s', (_, head) => expect(isPiJsonl(head)).toBe(false));
});
