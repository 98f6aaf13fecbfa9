/** Lines that commands wrote, in the verbs that tell of patches. */
import { expect, it } from 'vitest';
import type { FileBlame } from '../../src/trail/blame.ts';
import type { TrailGraph } from '../../src/trail/graph.ts';
import type { TrailStats } from '../../src/trail/stats.ts';
import { ot } from '../support/cli.ts';
import { HookedSession } from './turn-world.ts';

it('verbs tell of lines that commands wrote', async () => {
  const one = new HookedSession(1);
  one.write('run.cfg', 'mode = slow', 'size = 10');
  one.git('add', '.');
  one.git('commit', '-qm', 'base');
  await one.prompt();
  one.edit('run.cfg', 'size = 10', 'size = 12');
  one.bash("sed -i 's/slow/fast/' run.cfg");
  await one.stop();
  one.git('commit', '-qam', 'all');
  const asked = async <T>(...argv: string[]): Promise<T> => {
    const { code, reply } = await ot(one.machine, 'trail', ...argv);
    expect(code, JSON.stringify(reply)).toBe(0);
    return reply as T;
  };
  const { lines } = await asked<FileBlame>('blame', 'run.cfg');
  expect(lines.map(({ tier }) => tier)).toEqual(['turn_snapshot', 'ledger']);
  expect(await asked('explain', 'run.cfg:1')).toMatchObject({
    anchors: [{ subject: 'all', ranges: [{ start: 1, end: 1, tier: 'turn_snapshot' }] }],
    reason_codes: [],
  });
  await asked('sync');
  expect(await asked('verify')).toMatchObject({ ok: true, checked: { files: 1, commits: 1, notes: 1 } });
  const { nodes, edges } = await asked<TrailGraph>('graph');
  expect(nodes.map(({ kind }) => kind)).toEqual(['commit', 'trace', 'step', 'step', 'patch']);
  const anchored = edges.filter(({ kind }) => kind === 'anchored_in').map(({ from }) => from.split(':')[0]);
  expect(anchored).toEqual(['step', 'tp']);
  expect((await asked<TrailStats>('stats')).total).toMatchObject({ lines: 2, agent_lines: 2, patches: 1 });
});
