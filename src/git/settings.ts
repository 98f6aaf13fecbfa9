/** Settings of a person or a repository through `git config`, as git itself finds them. */
import { OtError } from '../base/errors.ts';
import type { GitCall, GitProgram } from './spawn.ts';

export type SettingScope = 'local' | 'global';

export interface Setting {
  readonly name: string;
  readonly value: string;
  /** As git names it: `local`, `global`, `system`, `worktree`. */
  readonly scope: string;
}

/** Every setting of a section that counts in `folder`, in the order git reads them: the last one wins. */
export function listSettings(git: GitProgram, folder: string, section: string): Promise<Setting[]> {
  return readSettings(git, `^${section}\\.`, { cwd: folder });
}

/** The same for every name that matches an extended regular expression, where `call` looks. */
export async function readSettings(
  git: GitProgram,
  pattern: string,
  call: Pick<GitCall, 'cwd' | 'gitDir'>,
): Promise<Setting[]> {
  const args = ['config', '--null', '--show-scope', '--get-regexp', pattern];
  const { code, stdout } = await git.run(args, { ...call, okCodes: [0, 1] });
  if (code === 1) return [];
  const fields = stdout.toString('utf8').split('\0');
  const found: Setting[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = '', ...value] = fields[at + 1]!.split('\n');
    // git prints a name without `=` alone: that means true.
    found.push({ name, value: value.length === 0 ? 'true' : value.join('\n'), scope: fields[at]! });
  }
  return found;
}

/** Sets one value; a `bool` is written in git's own form. Throws `OT_CONFIG_VALUE` (exit 2) on what git refuses. */
export async function setSetting(
  git: GitProgram,
  folder: string,
  scope: SettingScope,
  setting: { readonly name: string; readonly value: string; readonly bool: boolean },
): Promise<void> {
  const { name, value, bool } = setting;
  const type = bool ? ['--type=bool'] : [];
  if (value.includes('\0')) throw badValue(name);
  const args = ['config', `--${scope}`, ...type, '--replace-all', name, value];
  const { code } = await git.run(args, { cwd: folder, okCodes: [0, 1, 2, 3, 4, 5, 128] });
  if (code === 0) return;
  if (bool && code === 128) throw badValue(name);
  throw notWritten(name, scope);
}

/** Removes every value of one setting; false when there was none. */
export async function unsetSetting(
  git: GitProgram,
  folder: string,
  scope: SettingScope,
  name: string,
): Promise<boolean> {
  const args = ['config', `--${scope}`, '--unset-all', name];
  const { code } = await git.run(args, { cwd: folder, okCodes: [0, 1, 2, 3, 4, 5, 128] });
  if (code !== 0 && code !== 5) throw notWritten(name, scope);
  return code === 0;
}

function badValue(name: string): OtError {
  return new OtError('OT_CONFIG_VALUE', 'usage', `that is no value for ${name}`, {
    hint: 'give true or false',
  });
}

function notWritten(name: string, scope: SettingScope): OtError {
  return new OtError(
    'OT_CONFIG_UNWRITABLE',
    'refused',
    `git cannot write ${name} to the ${scope} configuration`,
    {
      hint:
        scope === 'local'
          ? 'run it inside a repository, or give --global'
          : 'check the permissions of ~/.gitconfig',
    },
  );
}
