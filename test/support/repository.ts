/** A machine whose current folder is a repository without commits. */
import { spawnSync } from 'node:child_process';
import { type Machine, newMachine } from './cli.ts';

export interface RepositoryMachine extends Machine {
  /** Runs git there; gives what it printed. */
  readonly git: (...args: string[]) => string;
}

export function emptyRepository(): RepositoryMachine {
  const machine = newMachine();
  const git = (...args: string[]): string =>
    spawnSync('git', args, { cwd: machine.cwd, env: machine.env, encoding: 'utf8' }).stdout.trim();
  git('init', '-q');
  return { ...machine, git };
}
