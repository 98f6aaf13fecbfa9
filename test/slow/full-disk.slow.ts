/** The full disk of `test/bucket/full-disk.test.ts` with every amount of room that changes where writing stops. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHarmless, expectHarmlessAtFirstUse } from '../bucket/full-disk.ts';
import { canMount, TinyDisk } from '../bucket/tiny-disk.ts';

const everyFour = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 4 + 1 }, (_, index) => from + index * 4);

describe.skipIf(!canMount())('a full disk, KiB by KiB', () => {
  let disk: TinyDisk;
  beforeAll(async () => {
    disk = await TinyDisk.mount('24m');
  });
  afterAll(() => disk.unmount());

  it('at the first use', () => expectHarmlessAtFirstUse(disk, everyFour(0, 40)));

  it('while few objects are written', async () => {
    expect(await expectHarmless(disk, 2, everyFour(0, 120))).toBeGreaterThan(15);
  });

  it('while a pack is written', async () => {
    expect(
      await expectHarmless(disk, 120, [0, 4, 8, 200, 1000, 2000, 2400, 2600, 2800, 3000]),
    ).toBeGreaterThan(5);
  });
});
