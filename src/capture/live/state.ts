/** `$OT_HOME/spool/state.json`: how the last drain went, and the sessions that were heard of lately. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Platform } from '../../base/platform.ts';
import { makeSpool, spoolDir } from './spool.ts';

const LiveSession = z.object({
  agent: z.string(),
  /** Its log, or the store that holds it. */
  transcript: z.string(),
  /** Native id, where the hook named no log. */
  session_id: z.optional(z.nullable(z.string())),
  cwd: z.nullable(z.string()),
  /** When it was captured, or passed over because it is left out; ISO 8601 UTC. */
  at: z.string(),
  /** How long its last capture took, in milliseconds. */
  took_ms: z.optional(z.number()),
  /** Names of logs of its sub-agents that were captured with it, in the same folder. */
  beside: z.optional(z.array(z.string())),
  /** No event has told the end of its turn yet. */
  open: z.optional(z.boolean()),
});
export type LiveSession = z.infer<typeof LiveSession>;

const LiveState = z.object({
  /** End of the last drain that captured everything it found; null before the first. */
  drained_at: z.nullable(z.string()),
  /** Since when no drain succeeded, and why; null when the last one did. */
  failing: z.nullable(z.object({ since: z.string(), code: z.string(), message: z.string() })),
  /** Newest last. */
  sessions: z.array(LiveSession),
  /** Every log as it was then needs no hook any more: all were captured, or capture was paused. */
  settled_at: z.optional(z.nullable(z.string())),
});
export type LiveState = z.infer<typeof LiveState>;

const MOST_SESSIONS = 256;
const EMPTY: LiveState = { drained_at: null, failing: null, sessions: [], settled_at: null };

/** Never throws over what it reads: a state that cannot be read is an empty one. */
export async function readState(home: string): Promise<LiveState> {
  try {
    const parsed = LiveState.safeParse(JSON.parse(await readFile(statePath(home), 'utf8')));
    return parsed.success ? parsed.data : EMPTY;
  } catch {
    return EMPTY;
  }
}

/**
 * Replaces the state; a disk that takes no more is no reason to fail, since captures matter more. Of sessions that no
 * longer have room nothing is known: logs as old as they are count as settled.
 */
export async function writeState(home: string, platform: Platform, state: LiveState): Promise<void> {
  const draft = join(spoolDir(home), `state.${platform.pid}.${platform.randomHex(4)}`);
  const dropped = state.sessions.at(-MOST_SESSIONS - 1);
  const kept = {
    ...state,
    sessions: state.sessions.slice(-MOST_SESSIONS),
    settled_at: later(state.settled_at ?? null, dropped?.at ?? null),
  };
  try {
    if (!makeSpool(home)) return;
    await writeFile(draft, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    await rename(draft, statePath(home));
  } catch {
    return;
  }
}

/** `sessions` with this one as the newest. */
export function remember(sessions: readonly LiveSession[], session: LiveSession): LiveSession[] {
  return [...sessions.filter((other) => keyOf(other) !== keyOf(session)), session];
}

function keyOf({ transcript, session_id = null }: LiveSession): string {
  return `${transcript}\0${session_id ?? ''}`;
}

/** From now on no log as it was at `at` counts as missed. */
export async function settleLogs(home: string, platform: Platform, at: Date): Promise<void> {
  const state = await readState(home);
  const settled_at = later(state.settled_at ?? null, at.toISOString());
  await writeState(home, platform, { ...state, settled_at });
}

/** Times in ISO 8601 UTC are in order as texts. */
function later(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}

function statePath(home: string): string {
  return join(spoolDir(home), 'state.json');
}
