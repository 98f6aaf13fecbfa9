/** kill -9 of a push at many moments: the remote never holds a raw object, and the next push completes it. */
import { cpSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LANES_PREFIX, SEALED_PREFIX } from '../../src/bucket/layout.ts';
import { binary, type Machine, newMachine, runBinary } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { leaks } from '../support/leaks.ts';
import { BareRemote } from '../support/machines.ts';
import { plantedSession } from './sessions.ts';

const MOMENTS = 16;

async function idsBelow(remote: BareRemote, gitDir: string, prefix: string): Promise<Set<string>> {
  const args = ['rev-list', '--objects', '--no-object-names', `--glob=${prefix}*`];
  const text = await remote.git.text(args, { gitDir });
  return new Set(text.split('\n').filter(Boolean));
}

it('leaves no raw object on the remote, whenever it is killed', async () => {
  await binary();
  const machine = newMachine();
  const folder = tempDir();
  const sessions = [1, 2, 3, 4, 5, 6].map((number) =>
    plantedSession({ number, folder, noise: 90_000, month: `2026-0${1 + (number % 3)}` }),
  );
  await runBinary(['capture', folder], { machine });
  const { duration } = await pushed(machine, {});
  let killed = 0;
  for (let moment = 1; moment <= MOMENTS; moment += 1) {
    const afterMs = Math.round((duration * moment) / MOMENTS);
    if ((await pushed(machine, { kill: { signal: 'SIGKILL', afterMs } })).isKilled) killed += 1;
  }
  expect(killed).toBeGreaterThan(MOMENTS / 3);

  /** Pushes from a copy to a fresh remote, looks at it, and pushes again. */
  async function pushed(
    from: Machine,
    options: Pick<Parameters<typeof runBinary>[1], 'kill'>,
  ): Promise<{ duration: number; isKilled: boolean }> {
    const remote = await BareRemote.create();
    const copy = newMachine();
    cpSync(from.otHome, copy.otHome, { recursive: true, preserveTimestamps: true });
    await runBinary(['bucket', 'remote', 'add', 'team', remote.gitDir], { machine: copy });
    const started = performance.now();
    const first = await runBinary(['bucket', 'remote', 'push', '--yes'], { machine: copy, ...options });
    const duration = performance.now() - started;
    await lookAt(remote, copy);
    // A git that the killed program had started may still be at work.
    await delay(options.kill === undefined ? 0 : 500);
    const second = await runBinary(['bucket', 'remote', 'push', '--yes'], { machine: copy });
    expect(second).toMatchObject({ code: 0 });
    await lookAt(remote, copy);
    expect((await remote.refs()).size).toBe(3);
    await remote.expectSound();
    expect(await runBinary(['bucket', 'verify', '--full'], { machine: copy })).toMatchObject({ code: 0 });
    return { duration, isKilled: first.code !== 0 };
  }

  async function lookAt(remote: BareRemote, { otHome }: Machine): Promise<void> {
    const gitDir = `${otHome}/bucket.git`;
    const [raw, sealed] = [
      await idsBelow(remote, gitDir, LANES_PREFIX),
      await idsBelow(remote, gitDir, SEALED_PREFIX),
    ];
    const there = await remote.objectIds();
    expect([...there].filter((oid) => raw.has(oid) && !sealed.has(oid))).toEqual([]);
    const bytes = await remote.everyByte();
    for (const { secrets } of sessions) {
      for (const secret of secrets) expect(leaks(bytes, secret)).toBe(false);
    }
  }
});
