/** Our reading of config files beside git's own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/git/config-text.ts';
import { tempDir, testGit } from '../support/git-env.ts';

const git = testGit();

async function readByGit(text: string): Promise<{ name: string; value: string }[]> {
  const file = join(tempDir(), 'config');
  writeFileSync(file, text);
  const listed = await git.text(['config', '--file', file, '--null', '--list']);
  return listed
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n');
      return end < 0
        ? { name: entry, value: 'true' }
        : { name: entry.slice(0, end), value: entry.slice(end + 1) };
    });
}

describe('the text of a config file', () => {
  it.each([
    ['nothing', ''],
    ['settings of git init', '[core]\n\trepositoryformatversion = 0\n\tbare = true\n'],
    ['names in any case', '[CORE]\n  HooksPath=/A/b\n[Remote "Origin"]\n\tURL = /X\n'],
    ['a name alone', '[core]\n\tbare\n[gc] auto = 0\n'],
    ['quotes, escapes, comments', '[a]\n\tb = "x # y" z ; w\n\tc = "\\\\ \\" \\t\\n" # end\n\td = " e "  \n'],
    ['a continued line', '[a]\n\tb = x\\\n y\n\tc = z\\\\\n# comment \\\n\td = w\n'],
    ['several values', '[transfer]\n\thideRefs = a\n\thideRefs = b\n[transfer]\n\thideRefs = !a\n'],
    ['subsections', '[a "b \\"c\\" \\\\d.e"]\n\tf = g\n[a.B]\n\th = i\n'],
    ['line ends of Windows', '[a]\r\n\tb = c\r\n'],
    ['an empty value', '[a]\n\tb =\n\tc = ""\n'],
  ])('%s', async (_, text) => {
    expect(parseConfig(text)).toEqual(await readByGit(text));
  });

  it('takes time in proportion to its length', () => {
    const started = process.hrtime.bigint();
    for (const part of ['[a ', '\\', ' ', '"', 'a = \\\n', '[a "\\'])
      parseConfig(part.repeat(200_000 / part.length));
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2_000);
  });
});
