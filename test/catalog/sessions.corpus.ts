/** The catalog over real sessions: every step is in, nothing is missing, and it is smaller than its texts. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogPath } from '../../src/catalog/store.ts';
import { newMachine, ROOT, runInProcess } from '../support/cli.ts';

const CORPUS = join(ROOT, '..', 'shared', 'corpus', 'sessions');

describe.skipIf(!existsSync(CORPUS))('the catalog of the corpus', () => {
  it('holds every step, and finds it by its own words', async () => {
    const machine = newMachine();
    const json = async (...argv: string[]) =>
      JSON.parse((await runInProcess([argv[0]!, argv[1]!, '--json', ...argv.slice(2)], { machine })).stdout);
    await runInProcess(['capture', CORPUS, '--quiet'], { machine });
    const { catalog } = await json('bucket', 'rebuild');
    const { bucket } = await json('bucket', 'status');
    const { traces } = await json('trace', 'list', '--subagents', '--limit', '100000');
    expect(catalog).toMatchObject({ traces: bucket.traces, gaps: 0, damaged: [] });
    expect(catalog.steps).toBe(
      traces.reduce((sum: number, row: { step_count: number }) => sum + row.step_count, 0),
    );
    expect(statSync(catalogPath(machine.otHome)).size).toBeLessThanOrEqual(0.6 * catalog.text_bytes);

    for (const row of traces.filter((_: unknown, index: number) => index % 10 === 0)) {
      const words = (row.title ?? '').match(/[A-Za-z]{4,}/g)?.slice(0, 8) ?? [];
      if (words.length < 4) continue;
      const { candidates } = await json('trace', 'query', '--limit', '100', `--lex=${words.join(' ')}`);
      const found = candidates.some((hit: { trace_id: string }) => hit.trace_id === row.trace_id);
      expect(found, `a trace of ${row.step_count} steps by its title`).toBe(true);
    }
  });
});
