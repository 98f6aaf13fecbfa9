/** What a killed pull leaves behind goes with the next one. */
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir, testGit } from '../support/git-env.ts';
import { SyncMachine } from '../support/machines.ts';

const TWO_HOURS_S = 7_200;

it('a pull clears away what a killed one left, and leaves what may be in use', async () => {
  const machine = new SyncMachine({ machineId: 'here' });
  const remote = join(tempDir(), 'remote.git');
  await testGit().run(['init', '--quiet', '--bare', remote]);
  await machine.capture();
  await machine.addRemote(remote);
  await machine.pull();
  const gitDir = join(machine.home, 'remotes', 'team.git');
  const old = [join('objects', 'pack', 'tmp_pack_aaaaaa'), 'packed-refs.lock'].map((name) =>
    join(gitDir, name),
  );
  const young = join(gitDir, 'objects', 'pack', 'tmp_pack_bbbbbb');
  for (const path of [...old, young]) writeFileSync(path, 'PACK');
  const then = Date.now() / 1000 - TWO_HOURS_S;
  for (const path of old) utimesSync(path, then, then);
  const lock = readdirSync(machine.home).find((name) => name.startsWith('lock.'))!;
  writeFileSync(join(machine.home, lock), '4194305 long-ago here\n');
  await machine.pull();
  expect(old.filter((path) => existsSync(path))).toEqual([]);
  expect(existsSync(young)).toBe(true);
});
