/** A disk that is full or read-only, through the built program: nothing half-written, the message says what to do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversation, writeSession } from '../capture/session-file.ts';
import { expectHarmless, expectHarmlessAtFirstUse } from './full-disk.ts';
import { canMount, TinyDisk } from './tiny-disk.ts';

describe.skipIf(!canMount())('a full disk', () => {
  let disk: TinyDisk;
  beforeAll(async () => {
    disk = await TinyDisk.mount('12m');
  });
  afterAll(() => disk.unmount());

  it('at the first use: no bucket, no leftovers, and the hint helps', async () => {
    await expectHarmlessAtFirstUse(disk, [0, 24]);
  });

  it('while loose objects are written: refs stand, nothing is left over, later it succeeds', async () => {
    expect(await expectHarmless(disk, 12, [0, 40, 200])).toBe(3);
  });

  it('while a pack is written: likewise', async () => {
    expect(await expectHarmless(disk, 120, [64, 2000])).toBe(2);
  });
});

describe.skipIf(!canMount())('a read-only disk', () => {
  let disk: TinyDisk;
  const path = writeSession(conversation(2));
  beforeAll(async () => {
    disk = await TinyDisk.mount('4m');
    expect((await disk.ot('capture', path)).code).toBe(0);
    await disk.shell('cd / && mount -o remount,ro "$0"');
  });
  afterAll(() => disk.unmount());

  it.each([
    ['trace', 'list'],
    ['bucket', 'status'],
    ['bucket', 'manifest'],
    ['bucket', 'verify', '--full'],
  ])('is read as ever: %s %s %s', async (...argv) => {
    const { code, reply } = await disk.ot(...argv);
    expect([code, reply.status]).toEqual([0, 'ok']);
  });

  it('refuses writers by name', async () => {
    for (const argv of [
      ['capture', path],
      ['bucket', 'manifest', '--heal'],
    ]) {
      const { code, reply } = await disk.ot(...argv);
      expect([code, reply.error?.code], argv.join(' ')).toEqual([2, 'OT_READ_ONLY']);
      expect(reply.error?.hint).toContain('OT_HOME');
    }
  });
});
