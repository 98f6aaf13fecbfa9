/** Every real session exports: valid Agent Trace records, pages without HTML of their own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newMachine, ROOT, runInProcess } from '../../support/cli.ts';
import { agentTraceProblems } from './agent-trace-schema.ts';

const SESSIONS = join(ROOT, '..', 'shared', 'corpus', 'sessions');

describe.skipIf(!existsSync(SESSIONS))('the corpus', () => {
  it('exports to valid records', { timeout: 300_000 }, async () => {
    const machine = newMachine();
    await runInProcess(['capture', SESSIONS], { machine });
    const run = async (...argv: string[]) =>
      JSON.parse((await runInProcess([...argv, '--json'], { machine })).stdout);
    const { traces } = await run('trace', 'list', '--limit', '1000');
    expect(traces.length).toBeGreaterThan(80);
    let ranges = 0;
    for (const { trace_id } of traces) {
      const { record } = await run('trace', 'export', trace_id, '--format', 'agent-trace');
      expect(agentTraceProblems(record)).toEqual([]);
      for (const file of record.files) for (const each of file.conversations) ranges += each.ranges.length;
      expect((await run('trace', 'export', trace_id, '--format', 'markdown')).markdown).toMatch(/^# /);
      const { bursts } = { bursts: (await run('trace', 'map', trace_id, '--bursts')).nodes };
      const { slices } = await run('trace', 'slice', trace_id, '--template', 'bursts');
      expect(slices).toHaveLength(bursts.length);
    }
    expect(ranges).toBeGreaterThan(300);
  });
});
