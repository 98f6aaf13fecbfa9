/** Names, subjects and prompts that a terminal or a forge would act on, in every view. */
import { expect, it } from 'vitest';
import { runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

const EVIL = '\u001b[31m\u202e<b>`x` @you #1';

it('views show what others wrote and act on nothing of it', async () => {
  const world = new World();
  const path = 'a\n\u001b[2J`b`.ts';
  world.write(path, 'top\n');
  world.commit('start');
  world.git('checkout', '-q', '-b', 'topic');
  const session = world.session(`${EVIL}\u0007\u2066 prompt`);
  session.edit(path, 'top\n', `top\nconst evil = '${EVIL}';\n`);
  world.commit(`${EVIL} subject`);
  session.edit(path, 'top\n', 'top\nconst open = 1;\n');
  await world.capture();
  const { machine } = world;
  const person = { GIT_AUTHOR_EMAIL: 'evil\u001b[1m@example.invalid', GIT_AUTHOR_NAME: EVIL };
  world.write('b.md', 'text\n');
  world.git('add', '-A');
  world.gitWith({ env: person }, 'commit', '-qm', 'by another');
  const views = [
    ['log'],
    ['graph'],
    ['stats', '--by', 'path'],
    ['stats', '--by', 'author'],
    ['track', '--all'],
    ['verify'],
    ['explain', `${path}:3`],
    ['explain', `${path}:1`],
    ['explain', `HEAD:${path}:2`],
    ['blame', 'pr', 'render'],
  ];
  for (const argv of views) {
    const { code, stdout, stderr } = await runInProcess(['trail', ...argv], { machine });
    expect([argv, code, stderr.replace(/^next: .*\n/gm, '')]).toEqual([argv, 0, '']);
    expect(stdout.replaceAll('\n', ''), argv.join(' ')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    const json = await runInProcess(['trail', ...argv, '--json'], { machine });
    expect(json.stdout.trimEnd()).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  }
});
