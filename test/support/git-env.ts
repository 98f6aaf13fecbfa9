/** A hermetic git for tests: no system or user configuration, no inherited repository, folders removed afterwards. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitProgram, gitProgram } from '../../src/git/spawn.ts';

const made: string[] = [];

/** An empty folder outside the work tree, removed when the test file ends. */
export function tempDir(prefix = 'git-ot-'): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  made.push(folder);
  return folder;
}

/** Removes the folders made so far. */
export function removeTempDirs(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Environment of a machine with only a PATH and an empty home, plus a fixed identity and time for commits. */
export function hermeticEnv(home: string = tempDir('git-ot-home-')): Record<string, string> {
  const config = join(home, '.gitconfig-empty');
  writeFileSync(config, '');
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_TERMINAL_PROMPT: '0',
    TZ: 'UTC',
  };
}

/** Variables for plain git commits in code repositories of tests. */
export const IDENTITY: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: 'A Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.invalid',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_NAME: 'A Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.invalid',
  GIT_COMMITTER_DATE: '1700000000 +0000',
};

/** The git program under {@link hermeticEnv}, with more variables on top. */
export function testGit(extra: Readonly<Record<string, string>> = {}): GitProgram {
  return gitProgram({ env: { ...hermeticEnv(), ...extra } });
}
