/** The catalog under real processes: killed at any moment, and several at once. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newMachine, runBinary, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { plantedSession } from '../sync/sessions.ts';

describe('processes', () => {
  it('survives being killed at any moment', async () => {
    const machine = newMachine();
    const folder = tempDir('git-ot-kill-');
    for (let number = 1; number <= 40; number += 1) plantedSession({ number, turns: 20, folder });
    await runInProcess(['capture', folder], { machine });
    const full = ['trace', 'query', 'question', '--json', '--limit', '1'];
    for (const afterMs of [60, 90, 120, 160, 220]) {
      rmSync(`${machine.otHome}/cache`, { recursive: true, force: true });
      await runBinary(['bucket', 'rebuild'], { machine, kill: { signal: 'SIGKILL', afterMs } });
      const { total, freshness } = JSON.parse((await runBinary(full, { machine })).stdout);
      expect({ total, stale: freshness.stale }).toEqual({ total: 800, stale: false });
    }
  });

  it('lets several processes build at once', async () => {
    const machine = newMachine();
    const folder = tempDir('git-ot-many-');
    for (let number = 1; number <= 30; number += 1) plantedSession({ number, turns: 10, folder });
    await runInProcess(['capture', folder], { machine });
    const argv = ['trace', 'query', 'question', '--json', '--limit', '1'];
    const answers = await Promise.all([1, 2, 3].map(() => runBinary(argv, { machine })));
    for (const { stdout } of answers) {
      const { status, total, freshness } = JSON.parse(stdout);
      expect(status, stdout).toBe('ok');
      expect(total === 300 || freshness.stale).toBe(true);
    }
    expect(JSON.parse((await runBinary(argv, { machine })).stdout)).toMatchObject({
      total: 300,
      freshness: { stale: false, pending: 0 },
    });
  });
});
