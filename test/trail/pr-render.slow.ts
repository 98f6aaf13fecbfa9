import { describe, expect, it } from 'vitest';
import { ot, runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

describe('trail blame pr render', () => {
  it('tells what was asked for, what is left, and why a commit has no lineage; nothing secret', async () => {
    const world = new World();
    world.write('a.ts', 'start\n');
    world.commit('start');
    world.git('checkout', '-q', '-b', 'topic');
    const token = `ghp_${'Ab1'.repeat(12)}`;
    const session = world.session(`Use @someone's ${token} in #1 ${'x '.repeat(70)}${token}`);
    session.edit('a.ts', 'start\n', 'start\nconst one = 1;\nconst two = 2;\n');
    world.commit(`use ${token}`);
    world.write('a.ts', 'start\nconst one = 1;\n// by a person\n');
    world.commit('mend');
    world.write('b.md', 'text\n');
    world.commit('text');
    await world.capture();
    const render = () => runInProcess(['trail', 'blame', 'pr', 'render'], { machine: world.machine });
    const [once, twice] = [await render(), await render()];
    expect(once).toEqual(twice);
    expect(once.stdout).not.toContain(token);
    const short = (revision: string): string => world.git('rev-parse', revision).slice(0, 12);
    const trace = (await world.traceNumbers()).keys().next().value;
    expect(once.stdout.split('\n')).toEqual([
      '## Intent',
      '',
      `- \`Use @someone's [REDACTED:access_token:1] in #1 ${'x '.repeat(70)}[REDACTED:ac…\` (\`claude-code\`, session \`${trace}\`, 2 lines)`,
      '',
      '## What was done',
      '',
      `- ${short('HEAD~2')} \`use [REDACTED:access_token:1]\`: 2 of 2 lines by agents`,
      '',
      '## Files',
      '',
      '- `a.ts`: 2 of 3 lines by agents',
      '',
      '## Survival',
      '',
      '1 of 2 lines that agents wrote are in the branch. Patches: 1 `repaired`.',
      '',
      '## Commits without lineage',
      '',
      `- ${short('HEAD~1')} \`mend\`: sessions edited its files, and none of its lines is known to be theirs`,
      `- ${short('HEAD')} \`text\`: no known session edited its files`,
      '',
    ]);
    const { reply } = await ot(world.machine, 'trail', 'blame', 'pr', 'render', '--base', 'HEAD');
    expect(reply).toMatchObject({
      schema_version: 'opentraces.trail.pr_render.v1',
      commits: [],
      intents: [],
    });
    expect((await ot(world.machine, 'trail', 'blame', 'pr', 'render', '--base', 'nothing')).code).toBe(6);
  });
});
