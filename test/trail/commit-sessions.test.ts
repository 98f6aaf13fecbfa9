/** Which sessions a commit comes from, apart from who wrote its lines. */
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

interface Told {
  readonly trace_id: string;
  readonly relation: string;
  readonly firmness: string;
  readonly lines: number | null;
}

/** `2 removed, provisional, 1`: number of the session, relation, firmness, lines. */
async function sessionsOf(world: World, commit: string): Promise<string[]> {
  const { sessions } = await world.json<{ sessions: Told[] }>('trail', 'blame', 'commit', commit);
  const ids = await world.traceNumbers();
  return sessions.map(({ trace_id, relation, firmness, lines }) =>
    [`${ids.get(trace_id)} ${relation}`, firmness, ...(lines === null ? [] : [lines])].join(', '),
  );
}

describe('sessions of a commit', () => {
  it('tells who wrote, removed, committed, and who is merely near', async () => {
    const world = new World();
    world.write('a.ts', 'the first line\na line to take away\nthe last line\n');
    world.write('b.ts', 'nobody changes this file\n');
    world.commit();
    const [writer, remover] = [world.session(), world.session()];
    writer.edit('a.ts', 'the last line', 'the last line\na line of the agent');
    remover.edit('a.ts', 'a line to take away\n', '');
    world.tick(3600);
    const both = world.commit('by two of them');
    let committed = '';
    writer.edit('b.ts', 'this file', 'this file but an agent');
    writer.run('git commit -am "by a shell call"', () => {
      committed = world.commit('by a shell call');
      return `[main ${committed.slice(0, 7)}] by a shell call\n 1 file changed`;
    });
    world.git('commit', '-q', '--amend', '-m', 'another subject', '--date', world.dateOf(committed));
    const amended = world.git('rev-parse', 'HEAD');
    world.write('a.ts', `${world.read('a.ts')}typed by a person\n`);
    const own = world.commit('by a person');
    world.tick(5 * 3600);
    world.write('a.ts', `${world.read('a.ts')}typed much later\n`);
    const late = world.commit('by a person, later');
    await world.capture();
    expect(await sessionsOf(world, both)).toEqual(['1 wrote, firm, 1', '2 removed, provisional, 1']);
    expect(await sessionsOf(world, committed)).toEqual(['1 wrote, firm, 1', '1 committed, firm']);
    expect(await sessionsOf(world, amended)).toEqual(['1 wrote, firm, 1', '1 committed, provisional']);
    expect(await sessionsOf(world, own)).toEqual(['2 edited, possible']);
    expect(await sessionsOf(world, late)).toEqual([]);
    const [trace] = [...(await world.traceNumbers())].find(([, number]) => number === 2)!;
    const { commits } = await world.json<{ commits: { commit: string; relations: Told[] }[] }>(
      ...['trail', 'blame', 'trace', trace],
    );
    expect(
      commits.map(({ commit, relations }) => [commit, ...relations.map((each) => each.relation)]),
    ).toEqual([
      [both, 'removed'],
      [own, 'edited'],
    ]);
  });
});
