/** `$OT_HOME/spool/state.json`: how the last drain went, and the sessions that were heard of lately. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { makeFolders } from '../../base/folders.ts';
import type { Platform } from '../../base/platform.ts';
import { spoolDir } from './spool.ts';

const LiveSession = z.object({
  agent: z.string(),
  transcript: z.string(),
  cwd: z.nullable(z.string()),
  /** Last event, ISO 8601 UTC. */
  at: z.string(),
  /** How long its last capture took, in milliseconds. */
  took_ms: z.optional(z.number()),
});
export type LiveSession = z.infer<typeof LiveSession>;

const LiveState = z.object({
  /** End of the last drain that captured everything it found; null before the first. */
  drained_at: z.nullable(z.string()),
  /** Since when no drain succeeded, and why; null when the last one did. */
  failing: z.nullable(z.object({ since: z.string(), code: z.string(), message: z.string() })),
  /** Newest last. */
  sessions: z.array(LiveSession),
});
export type LiveState = z.infer<typeof LiveState>;

const MOST_SESSIONS = 64;
const EMPTY: LiveState = { drained_at: null, failing: null, sessions: [] };

/** Never throws over what it reads: a state that cannot be read is an empty one. */
export async function readState(home: string): Promise<LiveState> {
  try {
    const parsed = LiveState.safeParse(JSON.parse(await readFile(statePath(home), 'utf8')));
    return parsed.success ? parsed.data : EMPTY;
  } catch {
    return EMPTY;
  }
}

/** Replaces the state; a disk that takes no more is no reason to fail, since captures matter more. */
export async function writeState(home: string, platform: Platform, state: LiveState): Promise<void> {
  const draft = join(spoolDir(home), `state.${platform.pid}.${platform.randomHex(4)}`);
  const kept = { ...state, sessions: state.sessions.slice(-MOST_SESSIONS) };
  try {
    makeFolders(spoolDir(home), 0o700);
    await writeFile(draft, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    await rename(draft, statePath(home));
  } catch {
    return;
  }
}

/** `sessions` with this one as the newest. */
export function remember(sessions: readonly LiveSession[], session: LiveSession): LiveSession[] {
  return [...sessions.filter(({ transcript }) => transcript !== session.transcript), session];
}

function statePath(home: string): string {
  return join(spoolDir(home), 'state.json');
}
