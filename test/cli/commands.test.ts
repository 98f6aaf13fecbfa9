/** The table of commands, their classes and the manual page tell the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { CommandParser } from '../../src/cli/parser.ts';
import { ROOT, runInProcess } from '../support/cli.ts';

/** The manual page as plain words: no macros, no fonts. */
const MANUAL = readFileSync(join(ROOT, 'man', 'git-ot.1'), 'utf8')
  .replace(/\\f[BIRP]/g, '')
  .replaceAll('\\-', '-')
  .replaceAll('\\&', '');

const GLOBAL = ['--json', '--quiet', '--no-color'];

describe.each(COMMANDS.map((entry) => [entry.path.join(' '), entry] as const))('git ot %s', (name, entry) => {
  it('has the path of its table entry', async () => {
    expect((await entry.load()).paths).toEqual([[...entry.path]]);
    expect(entry.summary).toMatch(/^[a-z][^.]+$/);
  });

  it('has every option in its synopsis, with the name of a value', async () => {
    const Class = await entry.load();
    const words = Class.synopsis.split(/[\s[\]|]+/);
    for (const { names, takesValue, description } of new CommandParser(Class).options()) {
      expect(description).not.toBe('');
      if (GLOBAL.includes(names[0]!)) continue;
      const at = words.indexOf(names.at(-1)!);
      expect(at, names.join()).toBeGreaterThanOrEqual(0);
      expect(/^[A-Z]+$/.test(words[at + 1] ?? ''), `${names.join()} in '${Class.synopsis}'`).toBe(takesValue);
    }
  });

  it('is in the manual page with the same synopsis', async () => {
    const { synopsis } = await entry.load();
    expect(MANUAL).toContain(`\ngit ot ${name} ${synopsis}`.trimEnd());
  });

  it('explains itself and answers --json, whatever is typed', async () => {
    const help = await runInProcess([...entry.path, '-h']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(`usage: git ot ${name}`);
    const wrong = await runInProcess([...entry.path, '--no-such-option', '--json']);
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ status: 'error', error: { code: 'OT_UNKNOWN_OPTION' } });
  });
});

it('the manual names no command that is not there', () => {
  const named = [...MANUAL.matchAll(/\.TP\ngit ot ((?:[a-z][a-z_-]* ?)+)/g)].map((match) => match[1]!.trim());
  const paths = COMMANDS.map(({ path }) => path.join(' '));
  const strangers = named.filter(
    (words) => !paths.some((path) => words === path || words.startsWith(`${path} `)),
  );
  expect(strangers).toEqual([]);
});
