/** Settings of one repository through `git config`: any name git accepts, includes and all. */
import { OtError } from '../base/errors.ts';
import type { GitProgram } from './spawn.ts';

/** Values of every setting whose name matches the extended regular expression, in file order. */
export async function readConfig(
  git: GitProgram,
  gitDir: string,
  pattern: string,
): Promise<readonly { readonly name: string; readonly value: string }[]> {
  const args = ['config', '--local', '--null', '--get-regexp', pattern];
  const { code, stdout } = await git.run(args, { gitDir, okCodes: [0, 1] });
  if (code === 1) return [];
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n');
      return end < 0
        ? { name: entry, value: '' }
        : { name: entry.slice(0, end), value: entry.slice(end + 1) };
    });
}

/** Sets one value in the repository's own file. */
export async function writeConfig(
  git: GitProgram,
  gitDir: string,
  name: string,
  value: string,
): Promise<void> {
  if (value.includes('\0'))
    throw new OtError('OT_CONFIG_VALUE', 'usage', `the value of ${name} holds a NUL byte`);
  await git.run(['config', '--local', '--replace-all', name, value], { gitDir });
}

/** Makes these the only values of a setting; there is one at least. */
export async function replaceConfig(
  git: GitProgram,
  gitDir: string,
  name: string,
  [first = '', ...rest]: readonly string[],
): Promise<void> {
  await writeConfig(git, gitDir, name, first);
  for (const value of rest) await git.run(['config', '--local', '--add', name, value], { gitDir });
}

/** Removes a whole section such as `remote.origin`; nothing happens when it is not there. */
export async function removeConfigSection(git: GitProgram, gitDir: string, section: string): Promise<void> {
  await git.run(['config', '--local', '--remove-section', section], { gitDir, okCodes: [0, 1, 128] });
}
