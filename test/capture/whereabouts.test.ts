/** The folder of a session, from the first bytes of its log. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ranWithin, whereaboutsIn } from '../../src/capture/whereabouts.ts';
import { ROOT } from '../support/cli.ts';

const head = (fixture: string): Buffer =>
  readFileSync(join(ROOT, 'fixtures', 'sessions', fixture)).subarray(0, 256 * 1024);
const cwdIn = (text: string): string | null => whereaboutsIn(Buffer.from(text)).cwd;

describe('whereaboutsIn', () => {
  it.each([
    'claude-code/basic/input.jsonl',
    'claude-code/version-1.0/input.jsonl',
    'codex-cli/wrapped/input.jsonl',
    'codex-cli/compressed/input.jsonl.zst',
    'pi/tree-v3/input.jsonl',
    'pi/list-v1/input.jsonl',
    'copilot-cli/basic/input.jsonl',
    'opencode/export/input.json',
    'opencode/rows/input.jsonl',
  ])('finds it in %s', (fixture) => {
    expect(whereaboutsIn(head(fixture)).cwd).toMatch(/^\/home\/[a-z]+\/[a-z]+/);
  });

  it('finds the digest that Gemini CLI tells instead', () => {
    expect(whereaboutsIn(head('gemini-cli/document/input.json')).folderHash).toMatch(/^(ab){32}$/);
  });

  it('takes a folder in bare Codex rollouts from their context', () => {
    const text = JSON.stringify({ text: '<environment_context>\n  <cwd>/w/ä "b"</cwd>' });
    expect(cwdIn(text)).toBe('/w/ä "b"');
  });

  it('is told by members only, never by text that speaks of one', () => {
    expect(cwdIn(JSON.stringify({ text: '"cwd":"/evil"' }))).toBeNull();
    expect(cwdIn(JSON.stringify({ text: '"cwd":"/evil"', cwd: '/w' }))).toBe('/w');
    expect(cwdIn('{"list":["cwd","x"],"cwd" : "/a\\u00e4\\\\b"}')).toBe('/aä\\b');
    for (const text of ['', '{"cwd":"/cut', '{"cwd":""}', '{"cwd":7}', `{"cwd":"${'x'.repeat(5000)}"}`]) {
      expect(cwdIn(text)).toBeNull();
    }
  });
});

it('ranWithin looks at whole folder names', () => {
  const within = ranWithin(['/w/shop']);
  const at = (cwd: string | null, folderHash: string | null = null) => within({ cwd, folderHash });
  expect(at('/w/shop')).toBe(true);
  expect(at('/w/shop/sub')).toBe(true);
  expect(at('/w/shop/..x')).toBe(true);
  expect(at('/w/shopping')).toBe(false);
  expect(at('/w')).toBe(false);
  expect(at('shop')).toBe(false);
  expect(at(null)).toBe(false);
  expect(at(null, '0'.repeat(64))).toBe(false);
});
