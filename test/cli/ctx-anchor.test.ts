/** `ctx anchor-for-step`: the commit that brought what a step wrote, in a repository where that happened. */
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../support/cli.ts';
import { World } from '../trail/world.ts';

async function ask(world: World, ...argv: string[]) {
  const { code, stdout } = await runInProcess(['ctx', 'anchor-for-step', ...argv, '--json'], {
    machine: world.machine,
  });
  return { code, reply: JSON.parse(stdout) };
}

/** Three steps: a prompt (1), an edit of one file (2), an edit of two places of another (3). */
async function edited(): Promise<{ world: World; trace: string }> {
  const world = new World();
  world.write('a.ts', 'the first line\n');
  world.write('b.ts', 'top of the file\nmiddle of the file\n');
  world.commit();
  const session = world.session();
  session.edit('a.ts', 'the first line\n', 'the first line\nwritten by the agent\n');
  session.write('b.ts', 'above, by the agent\ntop of the file\nmiddle of the file\nbelow, by the agent\n');
  await world.capture();
  const { traces } = await world.json<{ traces: Array<{ trace_id: string }> }>('trace', 'list');
  return { world, trace: traces[0]!.trace_id };
}

describe('ctx anchor-for-step', () => {
  it('knows no commit before there is one, nor of a step that wrote nothing', async () => {
    const { world, trace } = await edited();
    expect(await ask(world, trace, '2')).toMatchObject({
      code: 3,
      reply: { error: { code: 'OT_NO_ANCHOR' } },
    });
    world.commit();
    expect((await ask(world, trace, '2')).code).toBe(0);
    expect(await ask(world, trace, '1')).toMatchObject({
      code: 3,
      reply: { error: { code: 'OT_NO_ANCHOR' } },
    });
    expect((await ask(world, trace, '4')).code).toBe(6);
  });

  it('gives the first of several commits, and all of them, before a sync and after', async () => {
    const { world, trace } = await edited();
    const whole = world.read('b.ts');
    world.write('b.ts', whole.replace('below, by the agent\n', ''));
    world.git('add', 'b.ts');
    world.commit();
    const first = world.git('rev-parse', 'HEAD');
    world.write('b.ts', whole);
    world.commit();
    const second = world.git('rev-parse', 'HEAD');
    const { reply } = await ask(world, `${trace}:3`);
    expect(reply).toMatchObject({ step_index: 3, commit: first, commits: [first, second] });
    await world.json('trail', 'sync');
    const { stdout } = await runInProcess(['ctx', 'anchor-for-step', trace, 'last'], {
      machine: world.machine,
    });
    expect(stdout).toBe(`${first}\n`);
  });
});
