/** `trace query` over damage: what was indexed stays found, what cannot be read is told, nothing is emptied. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DamagedMachine, objectFile, type Place } from '../bucket/damage.ts';

let damaged: DamagedMachine;

beforeAll(async () => {
  damaged = await DamagedMachine.create();
});

beforeEach(() => damaged.restore());

async function query(...argv: string[]) {
  const { code, stdout } = await damaged.run('trace', 'query', '--json', ...argv, 'question');
  return { code, ...JSON.parse(stdout) };
}

function gone(suffix: string): (place: Place) => void {
  return (place) => {
    const name = `${place.ref}${suffix.replace('HH', place.traceId.slice(0, 2))}`;
    rmSync(objectFile(place.gitDir, damaged.git(place.gitDir, ['rev-parse', name])));
  };
}

const LOST: readonly (readonly [string, (place: Place) => void])[] = [
  ['the tree of its group', gone(':traces/HH')],
  ['the tree of traces', gone(':traces')],
  ['the tip', gone('')],
];

describe.each(['own', 'pulled'] as const)('of the %s journal is lost', (kind) => {
  it.each(LOST)('%s: told, and not taken for empty', async (_, hurt) => {
    const { total } = await query();
    expect(total).toBeGreaterThan(60);
    rmSync(join(damaged.machine.otHome, 'cache'), { recursive: true });
    hurt(damaged.place(kind));
    const hurtAnswer = await query();
    expect(hurtAnswer).toMatchObject({
      code: 5,
      status: 'error',
      error: { code: 'OT_JOURNAL_UNREADABLE' },
      unreadable_journals: [damaged.place(kind).ref],
      freshness: { stale: true, stale_reason: expect.stringContaining('verify') },
    });
    // A copy of our own lane was pulled, too.
    expect(hurtAnswer.total).toBe(kind === 'own' ? total : total / 2);
  });

  it.each(LOST)('%s: what was indexed before stays found', async (_, hurt) => {
    const { total } = await query();
    hurt(damaged.place(kind));
    expect(await query()).toMatchObject({ code: 0, total });
  });
});

it('a bucket that lost its objects is told, though its catalog is up to date', async () => {
  const { total } = await query();
  for (const { gitDir } of damaged.places) rmSync(join(gitDir, 'objects'), { recursive: true, force: true });
  for (const { gitDir } of damaged.places) mkdirSync(join(gitDir, 'objects'), { recursive: true });
  expect(await query()).toMatchObject({ code: 5, total, error: { code: 'OT_JOURNAL_UNREADABLE' } });
  const { code, stdout } = await damaged.run('bucket', 'rebuild', '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([5, { catalog: { traces: 0 }, status: 'error' }]);
});

it('a ref that is garbage is an error that says where to look', async () => {
  const place = damaged.place('own');
  writeFileSync(join(place.gitDir, place.ref), 'garbage');
  expect(await query()).toMatchObject({ code: 5, error: { code: 'OT_REF_CORRUPT' } });
});

it('a trace that cannot be read is incomplete, and found again once it was mended', async () => {
  const place = damaged.place('own');
  const { total } = await query();
  rmSync(join(damaged.machine.otHome, 'cache'), { recursive: true });
  damaged.edit(place, { 'meta.T6': '{' });
  expect(await query()).toMatchObject({ code: 0, freshness: { incomplete: 1 } });
  expect((await damaged.run('capture', '--again', damaged.log)).code).toBe(0);
  expect(await query()).toMatchObject({ code: 0, total, freshness: { incomplete: 0, stale: false } });
});
