/** What a full disk must not do, for any room that is left on it. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { conversation, writeSession } from '../capture/session-file.ts';
import type { TinyDisk } from './tiny-disk.ts';

/** Text that does not compress, so that its size on disk is known. */
function noise(seed: string, length: number): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1) {
    text += createHash('sha512').update(`${seed}/${block}`).digest('base64');
  }
  return text.slice(0, length);
}

function sessionOf(name: string, prompts: number): string {
  const session = conversation(1, `${name}-2222-4333-8444-555555555555`);
  for (let prompt = 0; prompt < prompts; prompt += 1) session.user(noise(`${name}/${prompt}`, 20_000));
  return writeSession(session);
}

/**
 * Captures sessions of `prompts` long prompts with as many KiB free as `rooms` says: each failure leaves the
 * bucket as it was, and the last session is captured once there is room. Returns how many failed.
 */
export async function expectHarmless(
  disk: TinyDisk,
  prompts: number,
  rooms: readonly number[],
): Promise<number> {
  let failures = 0;
  let path = sessionOf('ffffffff', 1);
  await disk.shell('rm -f filler');
  expect((await disk.ot('capture', path)).code).toBe(0);
  for (const [index, room] of rooms.entries()) {
    path = sessionOf(`${String(prompts).padStart(4, '0')}${String(index).padStart(4, '0')}`, prompts);
    await disk.leave(room);
    const before = await stateOf(disk);
    const { code, reply } = await disk.ot('capture', path);
    if (code === 0) continue;
    failures += 1;
    expect([code, reply.status, reply.error?.code]).toEqual([2, 'error', 'OT_DISK_FULL']);
    expect(reply.error?.hint).toMatch(/free some space/i);
    expect(reply.error?.message).toMatch(/disk is full|no space left/);
    expect(await stateOf(disk), `with ${room} KiB left`).toBe(before);
    const verify = await disk.ot('bucket', 'verify', '--full');
    expect([verify.code, verify.reply.findings]).toEqual([0, []]);
  }
  await disk.shell('rm -f filler');
  expect((await disk.ot('capture', path)).code).toBe(0);
  expect((await disk.ot('bucket', 'verify', '--full')).reply.findings).toEqual([]);
  return failures;
}

/** Refs, objects that readers see, and anything half-written. */
function stateOf(disk: TinyDisk): Promise<string> {
  const git = 'git --git-dir=bucket-home/bucket.git';
  return disk.shell(
    `${git} for-each-ref; find bucket-home -name 'tmp_*' -o -name '*.lock' -o -name '*.new-*'`,
  );
}

/** The same for the command that makes the bucket. */
export async function expectHarmlessAtFirstUse(disk: TinyDisk, rooms: readonly number[]): Promise<void> {
  const path = sessionOf('00000000', 1);
  for (const room of rooms) {
    await disk.shell('rm -rf bucket-home');
    await disk.leave(room);
    const { code, reply } = await disk.ot('capture', path);
    expect([code, reply.error?.code], `with ${room} KiB left`).toEqual([2, 'OT_DISK_FULL']);
    expect(await disk.shell("find . -name 'tmp_*' -o -name '*.new-*'")).toBe('');
    await disk.shell('rm -f filler');
    expect((await disk.ot('capture', path)).code).toBe(0);
    expect((await disk.ot('bucket', 'verify', '--full')).reply.findings).toEqual([]);
  }
}
