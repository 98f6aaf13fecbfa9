/** Settings, paths and gaps that other programs trip over: the same answers, or a failure with a name. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

const ODD = 'a "quoted"\nfile.ts';
const SETTINGS = {
  'diff.noprefix': 'true',
  'diff.external': '/bin/false',
  'diff.algorithm': 'patience',
  'diff.renames': 'false',
  'color.ui': 'always',
  'log.showSignature': 'true',
  'format.pretty': 'oneline',
  'core.quotePath': 'true',
  'i18n.logOutputEncoding': 'UTF-16',
};

async function failure(world: World, ...argv: string[]): Promise<string> {
  const { stdout } = await runInProcess([...argv, '--json'], { machine: world.machine });
  return JSON.parse(stdout).error.code;
}

describe('trail blame with bad input', () => {
  it('depends on no setting, and knows paths with line ends', async () => {
    const world = new World();
    for (const [name, value] of Object.entries(SETTINGS)) world.git('config', name, value);
    const session = world.session();
    session.write(ODD, 'written by the agent\n');
    session.write('moved.ts', 'one line of the agent\nanother line of the agent\n');
    world.commit();
    world.git('mv', 'moved.ts', 'there.ts');
    world.commit();
    await world.capture();
    expect(await world.owners(ODD)).toEqual(['1 written by the agent']);
    world.git('checkout', '-q', '--detach');
    expect(await world.owners('there.ts')).toEqual([
      '1 one line of the agent',
      '1 another line of the agent',
    ]);
    world.git('config', 'blame.ignoreRevsFile', 'nowhere');
    expect(await failure(world, 'trail', 'blame', 'there.ts')).toBe('OT_IGNORE_REVS_MISSING');
    world.git('config', '--unset', 'blame.ignoreRevsFile');
    expect(await failure(world, 'trail', 'blame', 'commit', '^HEAD')).toBe('OT_COMMIT_NOT_FOUND');
    const blob = world.git('rev-parse', 'HEAD:there.ts');
    rmSync(join(world.root, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
    expect(await failure(world, 'trail', 'blame', 'there.ts', '--rev', 'HEAD')).toBe('OT_OBJECT_MISSING');
    expect(await world.json('trail', 'sync', '--all')).toMatchObject({ status: 'ok' });
    expect(await world.owners(ODD)).toEqual(['1 written by the agent']);
  });
});
