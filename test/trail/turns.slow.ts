/** What commands of an agent write between a prompt and the end of its turn is theirs, where nothing else can be. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ot } from '../support/cli.ts';
import { HookedSession } from './turn-world.ts';

describe('lines that commands wrote', () => {
  let one: HookedSession;

  beforeEach(() => {
    one = new HookedSession(1);
    one.write('run.cfg', 'mode = slow', 'size = 10', 'depth = 2');
    one.git('add', '.');
    one.git('commit', '-qm', 'base');
  });

  it('belong to their step: sed, a heredoc, a generator, a formatter', async () => {
    await one.prompt();
    const sed = one.bash("sed -i 's/slow/fast/' run.cfg");
    await one.stop();
    await one.prompt();
    const heredoc = one.bash("cat >notes.md <<'END'\n# Notes\nwritten by a command\nEND");
    one.bash('cat notes.md');
    await one.stop();
    await one.prompt();
    const generator = one.bash('for at in 1 2 3; do echo "const name$at = $at" >>gen.ts; done');
    await one.stop();
    one.git('add', '.');
    one.git('commit', '-qm', 'all');
    expect(await one.owners('run.cfg')).toEqual([`${sed}~ mode = fast`, '0 size = 10', '0 depth = 2']);
    expect(await one.owners('notes.md')).toEqual([`${heredoc}~ # Notes`, `${heredoc}~ written by a command`]);
    expect(await one.owners('gen.ts')).toEqual(
      [1, 2, 3].map((at) => `${generator}~ const name${at} = ${at}`),
    );
    await one.prompt();
    const format = one.bash("sed -i 's/ = /=/' gen.ts");
    await one.stop();
    expect(await one.owners('gen.ts')).toEqual([1, 2, 3].map((at) => `${generator}~ const name${at}=${at}`));
    expect(format).toBeGreaterThan(generator);
  });

  it('are told from those of edits and of a person before the prompt, also when the turn commits', async () => {
    one.write('run.cfg', 'mode = slow', 'size = 12', 'depth = 2');
    await one.prompt();
    const sed = one.bash("sed -i 's/slow/fast/' run.cfg");
    const edit = one.edit('run.cfg', 'depth = 2', 'depth = 2\nwidth = 4');
    const last = one.bash("echo 'height = 5' >>run.cfg && git add . && git commit -qm turn");
    const expected = [
      `${sed}~ mode = fast`,
      '0 size = 12',
      '0 depth = 2',
      `${edit} width = 4`,
      `${last}~ height = 5`,
    ];
    await one.stop();
    expect(await one.owners('run.cfg')).toEqual(expected);
    one.write('run.cfg', 'typed by a person', ...one.read('run.cfg').trimEnd().split('\n'));
    await one.prompt();
    one.bash('ls');
    await one.stop();
    expect(await one.owners('run.cfg')).toEqual(['0 typed by a person', ...expected]);
    const { reply } = await ot(one.machine, 'bucket', 'verify');
    expect(reply).toMatchObject({ findings: [] });
  });

  it('have no owner where commands bring them from elsewhere, or only read, or another session ran some', async () => {
    one.write('run.cfg', 'mode = other', 'size = 10', 'depth = 2');
    one.git('stash');
    await one.prompt();
    one.bash('git stash pop -q');
    await one.stop();
    expect((await one.owners('run.cfg'))[0]).toBe('0 mode = other');
    await one.prompt();
    one.bash('cat run.cfg');
    one.write('run.cfg', 'mode = typed', 'size = 10', 'depth = 2');
    await one.stop();
    expect((await one.owners('run.cfg'))[0]).toBe('0 mode = typed');
    const two = new HookedSession(2, one);
    await one.prompt();
    one.bash("sed -i 's/10/11/' run.cfg");
    expect((await one.owners('run.cfg'))[1]).toBe('0 size = 11');
    await two.prompt();
    two.bash('make -n || true');
    await one.stop();
    await two.stop();
    expect((await one.owners('run.cfg'))[1]).toBe('0 size = 11');
  });
});

it('lines of a notebook belong to the edits of their cells, also as Jupyter writes it', async () => {
  const one = new HookedSession(1);
  const notebook = (source: readonly string[]): string[] =>
    JSON.stringify(
      { cells: [{ cell_type: 'code', id: 'c1', metadata: {}, source }], nbformat: 4 },
      null,
      1,
    ).split('\n');
  one.write('a.ipynb', ...notebook(['import x\n', 'load()']));
  one.git('add', '.');
  one.git('commit', '-qm', 'base');
  await one.prompt();
  const step = one.cell('a.ipynb', 'c1', 'import x\nload(2)\nplot()');
  await one.stop();
  one.write('a.ipynb', ...notebook(['import x\n', 'load(2)\n', 'plot()\n', 'by_hand()']));
  one.git('commit', '-qam', 'cell');
  const owned = (await one.owners('a.ipynb')).filter((line) => !line.startsWith('0 '));
  expect(owned.map((line) => line.replace(/ +/, ' '))).toEqual([
    `${step} "load(2)\\n",`,
    `${step} "plot()\\n",`,
  ]);
});
