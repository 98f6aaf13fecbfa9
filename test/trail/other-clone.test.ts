/** Another person's machine: a clone of the code, and the sealed bucket pulled. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { FileBlame } from '../../src/trail/blame.ts';
import { draw } from '../security/samples.ts';
import { newMachine, runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

const SECRET = `ghp_${draw(36)}`;

it('a clone elsewhere knows the lines of a sealed session, but not one that sealing hid', async () => {
  const world = new World();
  world.write('a.py', 'def a():\n    return 1\n');
  world.commit();
  const session = world.session();
  session.edit('a.py', '    return 1', `    value = compute()\n    token = "${SECRET}"\n    return value`);
  world.commit();
  const remote = join(world.machine.home, 'team.git');
  world.git('init', '-q', '--bare', remote);
  await world.json('capture', session.file);
  await world.json('bucket', 'remote', 'add', 'team', remote);
  await world.json('bucket', 'remote', 'push', '--yes');

  const other = newMachine();
  const run = async (...argv: string[]) => {
    const { code, stdout, stderr } = await runInProcess([...argv, '--json'], { machine: other });
    expect({ argv, code, stderr }).toEqual({ argv, code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  execFileSync('git', ['clone', '-q', world.root, '.'], { cwd: other.cwd, env: other.env });
  await run('bucket', 'remote', 'add', 'team', remote);
  await run('bucket', 'remote', 'pull');
  const { lines } = (await run('trail', 'blame', 'a.py')) as FileBlame;
  expect(lines.map(({ step_index, firmness }) => [step_index, firmness])).toEqual([
    [null, null],
    [2, 'firm'],
    [null, null],
    [2, 'firm'],
  ]);
  expect(await run('bucket', 'verify', '--full')).toMatchObject({ status: 'ok' });
});

it('a session of another machine claims nothing of another repository at the same path', async () => {
  const world = new World();
  world.write('readme', 'theirs\n');
  world.commit();
  const session = world.session();
  session.write('a.ts', 'import { open } from "store";\nexport default open();\n');
  world.commit();
  const remote = join(world.machine.home, 'team.git');
  world.git('init', '-q', '--bare', remote);
  await world.json('capture', session.file);
  await world.json('bucket', 'remote', 'add', 'team', remote);
  await world.json('bucket', 'remote', 'push', '--yes');

  rmSync(join(world.root, '.git'), { recursive: true });
  world.git('init', '-q', '-b', 'main');
  world.write('readme', 'ours\n');
  world.commit();
  const machine = { ...newMachine(), cwd: world.root };
  for (const argv of [
    ['remote', 'add', 'team', remote],
    ['remote', 'pull'],
  ])
    expect((await runInProcess(['bucket', ...argv], { machine })).code).toBe(0);
  const { stdout } = await runInProcess(['trail', 'blame', 'a.ts', '--json'], { machine });
  expect((JSON.parse(stdout) as FileBlame).lines.map(({ trace_id }) => trace_id)).toEqual([null, null]);
});
