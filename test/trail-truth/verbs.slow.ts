/** Every scripted repository: all verbs answer, and tell the same of owners as `trail blame` does. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { FileBlame } from '../../src/trail/blame.ts';
import type { ExplainedLine } from '../../src/trail/explain.ts';
import type { TrailGraph } from '../../src/trail/graph.ts';
import type { TrailLog } from '../../src/trail/log.ts';
import type { TrailStats } from '../../src/trail/stats.ts';
import type { TrackedPatch } from '../../src/trail/track.ts';
import { type Machine, ot } from '../support/cli.ts';
import { captureSessions } from '../support/trail-judge.ts';
import { makeRepository, repositoryCases } from '../support/trail-repos.ts';

async function asked<T>(machine: Machine, ...argv: string[]): Promise<T> {
  const { code, reply } = await ot(machine, ...argv);
  expect(code, `${argv.join(' ')}: ${JSON.stringify(reply).slice(0, 2000)}`).toBe(0);
  return reply as T;
}

function refsOf({ cwd, env }: Machine): string {
  return spawnSync('git', ['for-each-ref'], { cwd, env, encoding: 'utf8' }).stdout;
}

describe('the verbs, in repositories made by scripts', () => {
  it.each(repositoryCases())('%s', { timeout: 120_000 }, async (name) => {
    const { machine, sessions, files } = makeRepository(name);
    await captureSessions(machine, sessions);
    await asked(machine, 'trail', 'sync');
    const before = refsOf(machine);
    await asked(machine, 'trail', 'verify');
    const log = await asked<TrailLog>(machine, 'trail', 'log', '-n', '1000');
    const graph = await asked<TrailGraph>(machine, 'trail', 'graph', '-n', '1000');
    assertWhole(graph);
    const made = graph.nodes.filter(({ kind }) => kind === 'commit').length;
    expect(log.events.filter((event) => 'traces' in event)).toHaveLength(made);
    const { patches } = await asked<{ patches: TrackedPatch[] }>(machine, 'trail', 'track', '--all');
    const stats = await asked<TrailStats>(machine, 'trail', 'stats', '--by', 'path');
    expect(stats.total.patches).toBe(patches.length);
    const sum = (of: (row: TrailStats['total']) => number): number =>
      stats.groups.reduce((all, row) => all + of(row), 0);
    expect(sum(({ lines }) => lines)).toBe(stats.total.lines);
    expect(sum(({ agent_lines }) => agent_lines)).toBe(stats.total.agent_lines);
    const [once, twice] = [
      await ot(machine, 'trail', 'blame', 'pr', 'render', '--base', 'HEAD~1'),
      await ot(machine, 'trail', 'blame', 'pr', 'render', '--base', 'HEAD~1'),
    ];
    expect(once).toEqual(twice);
    for (const { folder, path } of files.slice(0, 2))
      await assertExplained({ ...machine, cwd: folder }, path);
    expect(refsOf(machine)).toBe(before);
  });
});

function assertWhole({ nodes, edges, truncated }: TrailGraph): void {
  const ids = new Set(nodes.map(({ id }) => id));
  expect(ids.size).toBe(nodes.length);
  expect(edges.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
  expect(truncated).toBe(false);
}

async function assertExplained(machine: Machine, path: string): Promise<void> {
  const { lines } = await asked<FileBlame>(machine, 'trail', 'blame', path);
  for (const line of lines.slice(0, 6)) {
    const found = await asked<ExplainedLine>(machine, 'trail', 'explain', `${path}:${line.line}`);
    expect(found.line).toEqual(line);
    expect(found.reason_codes.length > 0).toBe(line.trace_id === null);
  }
}
