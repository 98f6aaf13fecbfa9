/** The completions that `git ot setup completions` installs, in the shells themselves. A shell that is not here is skipped. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { binFolder, type Machine, newMachine, runInProcess } from '../../support/cli.ts';

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;
/** Git's own completion for bash, where it is installed. */
const GIT_COMPLETION = '/usr/share/bash-completion/completions/git';
/** That of fish. */
const FISH_GIT = '/usr/share/fish/completions/git.fish';

let machine: Machine;

beforeAll(async () => {
  const at = newMachine();
  machine = { ...at, env: { ...at.env, PATH: `${await binFolder()}:${at.env.PATH}`, TERM: 'xterm' } };
  await runInProcess(['setup', 'completions'], { machine });
});

function shell(program: string, args: readonly string[]): string[] {
  const { env, cwd } = machine;
  const { stdout, status, stderr } = spawnSync(program, args, {
    env,
    cwd,
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Words that may stand at place `index` behind these. */
function expected(...lead: string[]): string[] {
  const words = COMMANDS.filter(({ path }) => lead.every((word, at) => path[at] === word));
  return [...new Set(words.flatMap(({ path }) => path[lead.length] ?? []))].sort();
}

const data = (...names: string[]): string => join(machine.home, '.local', 'share', ...names);

describe.skipIf(!has('bash'))('bash', () => {
  const complete = (words: string[], script = ''): string[] =>
    shell('bash', [
      '--norc',
      '-c',
      `${script}
      source "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
      if [ "$1" = git ]; then __git_wrap__git_main; else __git_ot_program; fi
      printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      data('bash-completion', 'completions', 'git-ot'),
      ...words,
    ]);

  it('completes the words of commands', () => {
    expect(complete(['git-ot', ''])).toEqual(expected());
    expect(complete(['git-ot', 'bucket', 're'])).toEqual(['rebuild', 'remote']);
    expect(complete(['git-ot', 'bucket', 'remote', ''])).toEqual(expected('bucket', 'remote'));
    expect(complete(['git-ot', 'trace', 'list', '--j'])).toEqual(['--json']);
  });

  it.skipIf(!existsSync(GIT_COMPLETION))("completes 'git ot' beside git's own completion", () => {
    const git = (...words: string[]) => complete(['git', 'ot', ...words], `source ${GIT_COMPLETION}`);
    expect(git('bucket', 're')).toEqual(['rebuild', 'remote']);
    expect(git('se').sort()).toEqual(expected().filter((word) => word.startsWith('se')));
  });

  it('completes names of files where no word of a command can stand', () => {
    expect(complete(['git-ot', 'capture', `${machine.home}/nothing`])).toEqual([]);
    expect(complete(['git-ot', 'capture', machine.cwd])).toEqual([machine.cwd]);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  it('completes the words of commands', () => {
    const file = join(machine.home, '.config', 'fish', 'completions', 'git-ot.fish');
    const complete = (line: string): string[] =>
      shell('fish', ['--no-config', '-c', `source ${file}; complete -C '${line}'`]);
    expect(complete('git-ot bucket re')).toEqual(['rebuild', 'remote']);
    expect(complete('git-ot bucket remote ')).toEqual(expect.arrayContaining(expected('bucket', 'remote')));
    expect(complete('git-ot trace list --js')[0]).toMatch(/^--json\b/);
  });

  it.skipIf(!existsSync(FISH_GIT))("completes 'git ot' beside git's own completion", () => {
    const complete = (line: string): string[] => shell('fish', ['-c', `complete -C '${line}'`]);
    expect(complete('git ot bucket re')).toEqual(['rebuild', 'remote']);
    expect(complete('git -C / ot se')).toEqual(['security', 'setup']);
    expect(complete('git log --onel')[0]).toMatch(/^--oneline\b/);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  it('completes a word at a terminal', () => {
    // A terminal of its own, where Tab is a key; the key ^X then writes down what stands in the line.
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "fpath=('$1' $fpath); autoload -U compinit; compinit -u -D"
      zpty -w shell "show() { print -r -- \\$BUFFER >'$2' }; zle -N show; bindkey '^X' show"
      zpty -w -n shell $'git-ot bucket remo\\tpus\\t\\x18'
      for ((n = 0; n < 200; n++)); do
        [[ -s $2 ]] && break
        zpty -r -t shell seen
        sleep 0.1
      done
      zpty -d shell
      cat $2`;
    const line = join(machine.home, 'line');
    const site = data('zsh', 'site-functions');
    expect(shell('zsh', ['-f', '-c', script, 'zsh', site, line])).toEqual(['git-ot bucket remote push ']);
  });
});
