/** Sole use of `$OT_HOME`: what deletes it must not have a drain or a capture write it anew. */
import { statSync } from 'node:fs';
import { OtError } from '../base/errors.ts';
import { acquireLock } from '../bucket/lock.ts';
import { unwritable } from '../bucket/storage.ts';
import { claimMarker, drainAtWork, releaseMarker } from '../capture/live/marker.ts';
import type { App } from './app.ts';

/** How long others are waited for, in milliseconds. */
const LONGEST_WAIT_MS = 60_000;
const POLL_MS = 50;
/** After this long the person is told what the wait is for. */
const SILENT_MS = 2_000;

/**
 * Runs `work` while no drain is at work, hooks start none, and the bucket is locked. Throws `OT_DRAIN_AT_WORK` or
 * `OT_BUCKET_LOCKED` (exit 7) after a minute; nothing was done then.
 */
export async function aloneIn<T>(app: App, work: () => Promise<T>): Promise<T> {
  const { home, platform } = app;
  if (statSync(home, { throwIfNoEntry: false })?.isDirectory() !== true) return work();
  const deadline = platform.now().getTime() + LONGEST_WAIT_MS;
  await takeMarker(app, deadline);
  try {
    const waitMs = Math.max(0, deadline - platform.now().getTime());
    const lock = await acquireLock(home, platform, { waitMs });
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } finally {
    await releaseMarker(home, platform);
  }
}

/** Waits for the drain to end, and for its process: that writes to the last. */
async function takeMarker(app: App, deadline: number): Promise<void> {
  const { home, platform } = app;
  const began = platform.now().getTime();
  let told = false;
  for (let last = 0; ; ) {
    const holder = await drainAtWork(home, platform);
    const pid = holder === platform.pid ? null : holder;
    if (pid !== null) last = pid;
    const isGone = pid === null && (last === 0 || platform.processStart(last) === null);
    if (isGone && (await claim(app))) return;
    const now = platform.now().getTime();
    if (now >= deadline) throw atWork(last);
    if (!told && now - began >= SILENT_MS) platform.notice?.(`waiting: ${atWork(last).message}`);
    told ||= now - began >= SILENT_MS;
    await platform.sleep(POLL_MS);
  }
}

async function claim({ home, platform }: App): Promise<boolean> {
  try {
    return await claimMarker(home, platform);
  } catch (error) {
    throw unwritable(home, error);
  }
}

function atWork(pid: number): OtError {
  const who = pid === 0 ? '' : ` (process ${pid})`;
  return new OtError('OT_DRAIN_AT_WORK', 'conflict', `a drain${who} is capturing sessions`, {
    hint: 'wait for it to end, or stop that process, then run the command again; nothing was changed',
    retryable: true,
  });
}
