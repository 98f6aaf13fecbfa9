/** Repositories that are unusual as a whole: the same answers, or a failure or limitation with a name. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

const OWNERS = ['0 typed by a person', '1 written by the agent', '0 typed by a person, too'];

/** A person's line, an agent's behind it, and a person's at the end, in three commits. */
function worldOf(...init: string[]): World {
  const world = new World();
  if (init.length > 0) {
    rmSync(join(world.root, '.git'), { recursive: true });
    world.git('init', '-q', '-b', 'main', ...init);
  }
  world.write('a.ts', 'typed by a person\n');
  world.commit();
  world.session().edit('a.ts', 'typed by a person\n', 'typed by a person\nwritten by the agent\n');
  world.commit();
  world.write('a.ts', `${world.read('a.ts')}typed by a person, too\n`);
  world.commit();
  return world;
}

interface Reply {
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  readonly limitations?: readonly string[];
  readonly lines?: ReadonlyArray<{ readonly trace_id: string | null; readonly text: string }>;
}

/** The reply of a command in a folder. */
async function reply(world: World, cwd: string, ...argv: string[]): Promise<Reply> {
  const { stdout } = await runInProcess([...argv, '--json'], { machine: { ...world.machine, cwd } });
  return JSON.parse(stdout) as Reply;
}

async function ownersIn(world: World, cwd: string, ...argv: string[]): Promise<string[]> {
  const { lines } = await reply(world, cwd, 'trail', 'blame', ...argv);
  const ids = await world.traceNumbers();
  return lines!.map(({ trace_id, text }) => `${trace_id === null ? 0 : ids.get(trace_id)} ${text}`);
}

function clone(world: World, name: string, ...options: string[]): string {
  const folder = join(world.machine.home, name);
  const args = ['clone', '-q', ...options, folder];
  const { status, stderr } = spawnSync('git', args, { env: world.machine.env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return folder;
}

describe('trail in unusual repositories', () => {
  it('is not led astray by grafts and replaced objects', async () => {
    const world = worldOf();
    await world.capture();
    const head = world.git('rev-parse', 'HEAD');
    world.git('replace', '--graft', head);
    expect(await world.owners('a.ts')).toEqual(OWNERS);
    world.git('replace', '-d', head);
    writeFileSync(join(world.root, '.git', 'other'), 'of nobody\n');
    const other = world.git('hash-object', '-w', '.git/other');
    world.git('replace', world.git('rev-parse', 'HEAD:a.ts'), other);
    await world.json('trail', 'sync', '--all');
    expect(await world.owners('a.ts', '--rev', 'HEAD')).toEqual(OWNERS);
    mkdirSync(join(world.root, '.git', 'info'), { recursive: true });
    writeFileSync(join(world.root, '.git', 'info', 'grafts'), `${head}\n`);
    await world.json('trail', 'sync', '--all');
    expect(await world.owners('a.ts', '--rev', 'HEAD')).toEqual(OWNERS);
  });

  it('says so on a branch without a commit', async () => {
    const world = new World();
    world.session().write('a.ts', 'written by the agent\n');
    await world.capture();
    expect(await world.json('trail', 'sync')).toMatchObject({ commits: 0 });
    const nothing = await reply(world, world.root, 'trail', 'blame', 'a.ts');
    expect(nothing.error).toMatchObject({ code: 'OT_FILE_NOT_FOUND' });
    expect(nothing.error!.message).toMatch(/no commit yet/);
    world.commit();
    world.git('checkout', '-q', '--orphan', 'other');
    expect(await ownersIn(world, world.root, 'a.ts', '--rev', 'main')).toEqual(['1 written by the agent']);
  });

  it('names trees and commits that are missing', async () => {
    const world = worldOf();
    await world.capture();
    for (const name of ['HEAD^{tree}', 'HEAD~2']) {
      const id = world.git('rev-parse', name);
      rmSync(join(world.root, '.git', 'objects', id.slice(0, 2), id.slice(2)));
      const failing = await reply(world, world.root, 'trail', 'sync');
      expect(failing.error).toMatchObject({ code: 'OT_OBJECT_MISSING' });
      expect(failing.error!.hint).toMatch(/fsck/);
    }
  });

  it('answers in bare and shared clones, and names what a partial or shallow one lacks', async () => {
    const world = worldOf();
    await world.capture();
    world.git('config', 'uploadpack.allowFilter', 'true');
    const url = `file://${world.root}`;
    expect(await ownersIn(world, clone(world, 'shared', '--shared', world.root), 'a.ts')).toEqual(OWNERS);
    const bare = clone(world, 'bare', '--bare', world.root);
    expect(await ownersIn(world, bare, 'a.ts', '--rev', 'main')).toEqual(OWNERS);
    expect(await reply(world, bare, 'trail', 'blame', 'a.ts')).toMatchObject({
      error: { code: 'OT_FILE_NOT_FOUND' },
    });
    const shallow = clone(world, 'shallow', '--depth', '1', url);
    for (const asked of [
      ['sync'],
      ['blame', 'commit', 'HEAD'],
      ['track', '--all'],
      ['blame', 'pr', 'render'],
    ])
      expect(await reply(world, shallow, 'trail', ...asked)).toMatchObject({
        limitations: ['shallow_history'],
      });
    const partial = clone(world, 'partial', '--filter=blob:none', '--no-checkout', url);
    expect(await reply(world, partial, 'trail', 'sync')).toMatchObject({ limitations: ['partial_clone'] });
    const lacking = await reply(world, partial, 'trail', 'blame', 'a.ts', '--rev', 'main');
    expect(lacking.error).toMatchObject({ code: 'OT_OBJECT_MISSING' });
    expect(lacking.error!.hint).toMatch(/partial/);
    const treeless = clone(world, 'treeless', '--filter=tree:0', '--no-checkout', url);
    const failing = await reply(world, treeless, 'trail', 'sync');
    expect(failing.error).toMatchObject({ code: 'OT_OBJECT_MISSING' });
    expect(failing.error!.hint).toMatch(/partial/);
    spawnSync('git', ['log', '-p', '--', 'a.ts'], { cwd: partial, env: world.machine.env });
    await reply(world, partial, 'trail', 'sync', '--all');
    expect(await ownersIn(world, partial, 'a.ts', '--rev', 'main')).toEqual(OWNERS);
  });
});

describe('trail with unusual files', () => {
  it('follows a file of which only the case changed, with SHA-256 and drivers that change its lines', async () => {
    const world = worldOf('--object-format=sha256');
    world.git('config', 'core.ignoreCase', 'true');
    world.git('mv', 'a.ts', 'A.ts');
    world.write('.gitattributes', '*.ts diff=reversed filter=first\n');
    world.commit();
    await world.capture();
    expect(await world.owners('A.ts')).toEqual(OWNERS);
    world.git('config', 'diff.reversed.textconv', 'tac');
    expect(await world.owners('A.ts')).toEqual(OWNERS);
    world.git('config', 'filter.first.clean', 'tail -n +2');
    world.write('A.ts', `${world.read('A.ts')}\n`);
    expect((await world.owners('A.ts')).filter((line) => line.startsWith('1'))).toEqual([]);
  });

  it('reads 200,000 lines and a line of 30 MB', async () => {
    const world = new World();
    world.write('long.txt', Array.from({ length: 200_000 }, (_, at) => `line ${at} of a person\n`).join(''));
    world.write('wide.js', `${'x'.repeat(30_000_000)}\nshort line of a person\n`);
    world.commit();
    const session = world.session();
    session.edit('long.txt', 'line 100000 of a person\n', 'line 100000 of a person\nline of the agent\n');
    session.edit('wide.js', 'short line of a person', 'short line of a person\nshort line of the agent');
    world.commit();
    await world.capture();
    expect(await ownersIn(world, world.root, 'long.txt:100001-100002')).toEqual([
      '0 line 100000 of a person',
      '1 line of the agent',
    ]);
    expect(await ownersIn(world, world.root, 'wide.js:2-3')).toEqual([
      '0 short line of a person',
      '1 short line of the agent',
    ]);
  });
});
