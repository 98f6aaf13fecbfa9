/** What no journal holds any more stands nowhere in the catalog's files. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { isPurgeDue } from '../../src/catalog/purge.ts';
import { catalogPath } from '../../src/catalog/store.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, runInProcess } from '../support/cli.ts';
import { accountOf, plantedSession, sessionIdOf } from '../sync/sessions.ts';
import { look } from './support.ts';

/** Invented words, each in another part of a session. */
const WORDS = ['qzprimrose', 'qzanemone', 'qzcamomile', 'qzosmanthus', 'qzfoxglove', 'qzpeonies'];

let machine: Machine;

async function run(on: Machine, ...argv: string[]): Promise<{ total: number }> {
  const { code, stdout } = await runInProcess([...argv, '--json'], { machine: on });
  expect([argv, code]).toEqual([argv, 0]);
  return JSON.parse(stdout);
}

/** A session with the words, in a project that pins a package of such a name. */
async function captureWords(on: Machine): Promise<void> {
  const [prompt, answer, command, output, file, name] = WORDS;
  const project = join(on.home, 'project');
  mkdirSync(project);
  execFileSync('git', ['init', '-q', project], { env: on.env });
  const packages = { [`node_modules/${name}`]: { version: '1.0.0' } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
  const text = new SessionText(sessionIdOf(1))
    .user(`please ${prompt} it`)
    .say(`it is ${answer} now`)
    .call('Read', { file_path: `/home/dev/${file}.ts` })
    .result('call_1', `has ${output} in it`)
    .call('Bash', { command: `./${command} --all` });
  await run(on, 'capture', writeSession(text), '--project', project);
}

/** The words that can be read in any file of the cache. */
function readable(on: Machine): string[] {
  return WORDS.filter((word) => holds(on, word));
}

/** The index leaves out what a word has in common with the one before it. */
function holds({ otHome }: Machine, word: string): boolean {
  const folder = join(otHome, 'cache');
  const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1'));
  return bytes.some((text) => text.includes(word.slice(3).toLowerCase()));
}

beforeEach(async () => {
  machine = newMachine();
  const bystander = new SessionText(sessionIdOf(2)).user('another session').say('stays');
  await run(machine, 'capture', writeSession(bystander));
});

it('after a remote was removed', async () => {
  const there = newMachine();
  const remote = join(machine.home, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: machine.env });
  await captureWords(there);
  for (const each of [there, machine]) await run(each, 'bucket', 'remote', 'add', 'team', remote);
  await run(there, 'bucket', 'remote', 'push', '--yes');
  await run(machine, 'bucket', 'remote', 'pull');
  expect((await run(machine, 'trace', 'query', 'qzprimrose')).total).toBe(1);
  expect(readable(machine)).toEqual(WORDS);

  await run(machine, 'bucket', 'remote', 'remove', 'team');
  expect(existsSync(catalogPath(machine.otHome))).toBe(true);
  expect(readable(machine)).toEqual([]);
  expect((await run(machine, 'trace', 'query', 'stays')).total).toBe(1);
  await run(machine, 'bucket', 'verify', '--full');
});

it('after its journal went, also when a process that dropped it was killed before the purge', async () => {
  await captureWords(machine);
  await run(machine, 'trace', 'query', 'qzprimrose');
  expect(readable(machine)).toEqual(WORDS);
  dropNewest(machine);
  const { total } = await run(machine, 'trace', 'query', 'qzprimrose');
  expect(total).toBe(0);
  expect(readable(machine)).toEqual([]);
  expect(await look(machine.otHome, isPurgeDue)).toBe(false);

  await look(machine.otHome, (database) => database.exec("INSERT INTO notes VALUES ('purge', 'due')"));
  await run(machine, 'trace', 'query', 'stays');
  expect(await look(machine.otHome, isPurgeDue)).toBe(false);
});

it('after a pulled copy was sealed anew without it', async () => {
  const there = newMachine();
  const remote = join(machine.home, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: machine.env });
  await run(there, 'capture', plantedSession({ number: 1 }).path);
  await run(there, 'bucket', 'security', '--policy', 'basic');
  for (const each of [there, machine]) await run(each, 'bucket', 'remote', 'add', 'team', remote);
  await run(there, 'bucket', 'remote', 'push', '--yes');
  await run(machine, 'bucket', 'remote', 'pull');
  expect((await run(machine, 'trace', 'query', accountOf(1))).total).toBeGreaterThan(0);
  expect(holds(machine, accountOf(1))).toBe(true);

  await run(there, 'bucket', 'security', '--policy', 'recommended');
  await run(there, 'bucket', 'remote', 'push', '--yes');
  await run(machine, 'bucket', 'remote', 'pull');
  await run(machine, 'trace', 'query', 'stays');
  expect(holds(machine, accountOf(1))).toBe(false);
  await run(machine, 'bucket', 'verify', '--full');
});

it('a catalog that cannot be purged is deleted', async () => {
  const remote = join(machine.home, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: machine.env });
  await run(machine, 'bucket', 'remote', 'add', 'team', remote);
  await run(machine, 'trace', 'query', 'stays');
  await look(machine.otHome, (database) => database.exec('PRAGMA user_version = 99'));
  await run(machine, 'bucket', 'remote', 'remove', 'team');
  expect(existsSync(catalogPath(machine.otHome))).toBe(false);
  expect((await run(machine, 'trace', 'query', 'stays')).total).toBe(1);
});

/** The session with the words was captured last: its commit goes. */
function dropNewest({ otHome, env }: Machine): void {
  const git = (...argv: string[]): string =>
    execFileSync('git', ['--git-dir', join(otHome, 'bucket.git'), ...argv], { env, encoding: 'utf8' }).trim();
  const ref = git('for-each-ref', '--format=%(refname)', 'refs/opentraces/lanes');
  git('update-ref', ref, git('rev-parse', `${ref}^`));
}
