/** An unset variable in a script types an empty word: no command may take it for something else. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newMachine, ROOT, runInProcess } from '../support/cli.ts';

const CASES: ReadonlyArray<readonly [name: string, argv: readonly string[]]> = [
  ['PATH', ['capture', '']],
  ['PATH', ['capture', 'session.jsonl', '']],
  ['--project', ['capture', '.', '--project', '']],
  ['--project', ['capture', '.', '--project=']],
  ['--agent', ['trace', 'list', '--agent', '']],
  ['--agent', ['init', '--agent', '']],
  ['ID', ['trace', 'get', '']],
  ['--out', ['trace', 'source', '3f2a9c1e', '--out', '']],
  ['TERMS', ['trace', 'query', '']],
  ['--session', ['pause', '--session', '']],
  ['NAME', ['bucket', 'remote', 'push', '']],
  ['URL', ['bucket', 'remote', 'add', 'team', '']],
  ['NAME', ['config', 'set', '', 'x']],
];

it.each(CASES)('an empty %s is refused: %j', async (name, argv) => {
  const machine = newMachine();
  const { code, stdout } = await runInProcess([...argv, '--json'], { machine });
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'OT_BAD_VALUE', message: `${name} is empty` },
  });
  expect(existsSync(machine.otHome)).toBe(false);
});

it('the value of a setting may be empty', async () => {
  expect((await runInProcess(['config', 'set', 'note', '', '--global'])).code).toBe(0);
});

it('a project folder has to be there', async () => {
  const machine = newMachine();
  const session = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic');
  const capture = (folder: string) => runInProcess(['capture', session, '--project', folder], { machine });
  writeFileSync(join(machine.cwd, 'file'), '');
  for (const folder of ['nowhere', 'file']) {
    const { code, stderr } = await capture(folder);
    expect(code).toBe(2);
    expect(stderr).toContain(`--project does not take '${folder}' [OT_BAD_VALUE]`);
  }
  expect(existsSync(machine.otHome)).toBe(false);
  expect((await capture('.')).code).toBe(0);
});
