/** A hit without words shows what the filter asked for. */
import { beforeAll, describe, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, runInProcess } from '../support/cli.ts';
import { sessionIdOf } from '../sync/sessions.ts';

let machine: Machine;

/** `field: text` of the only hit's excerpts. */
async function shown(...argv: string[]): Promise<string[]> {
  const { stdout } = await runInProcess(['trace', 'query', '--json', ...argv], { machine });
  const { candidates } = JSON.parse(stdout);
  expect(candidates).toHaveLength(1);
  expect(candidates[0]).toMatchObject({ match_explanation: 'passes the filters', matched_fields: [] });
  return candidates[0].excerpts.map(
    ({ field, text }: { field: string; text: string }) => `${field}: ${text}`,
  );
}

beforeAll(async () => {
  machine = newMachine();
  const noise = ' ✓ a test that has nothing to tell\n'.repeat(40);
  const text = new SessionText(sessionIdOf(1), { cwd: '/home/dev/acme' })
    .user('mend the sums')
    .call('Edit', {
      file_path: '/home/dev/acme/sum.ts',
      old_string: `${'what was there before\n'.repeat(20)}`,
      new_string: 'export const sum = plus;',
    })
    .result('call_1', 'edited')
    .call('Bash', { command: 'cd /home/dev/acme && npx vitest run', description: 'Run them' })
    .result('call_2', `${noise}FAIL test/sum.test.ts > adds up\nAssertionError: 3 is no 4\n`)
    .call('Bash', { command: 'git commit -m sums' })
    .result('call_3', `${noise}[main 1a2b3c4] sums\n 1 file changed`);
  expect((await runInProcess(['capture', writeSession(text)], { machine })).code).toBe(0);
});

describe('what a hit shows', () => {
  it('is the failing test and its command', async () => {
    const [output, input, ...others] = await shown('--test', 'failed');
    expect(output).toMatch(/^output: FAIL test\/sum\.test\.ts > adds up\nAssertionError: 3 is no 4$/);
    expect(input).toBe('input: cd /home/dev/acme && npx vitest run');
    expect(others).toEqual([]);
    expect((await shown('--test', 'vitest'))[0]).toContain('AssertionError');
    expect((await shown('--no-success'))[0]).toContain('AssertionError');
  });

  it('is the edit of the file', async () => {
    expect(await shown('--files', 'sum.ts', '--file-op', 'edit')).toEqual([
      'path: /home/dev/acme/sum.ts',
      'input: export const sum = plus;',
    ]);
  });

  it('is the commit, the command of a tool, and else the opening', async () => {
    expect((await shown('--committed'))[0]).toMatch(/^output: \[main 1a2b3c4\] sums/);
    expect((await shown('--tool', 'Bash'))[0]).toBe('input: cd /home/dev/acme && npx vitest run');
    expect(await shown('--project', 'acme')).toEqual(['user: mend the sums']);
  });
});
