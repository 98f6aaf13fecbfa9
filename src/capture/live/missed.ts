/** Logs of sessions that grew without a hook telling of it: what tells that capture stopped unnoticed. */
import { basename, dirname, join } from 'node:path';
import type { LiveState } from './state.ts';

/** Log of a session, or a store of several. */
export interface AgentLog {
  readonly path: string;
  /** When a session in it last grew, in milliseconds since 1970. */
  readonly changed: number;
}

export interface MissedOptions {
  readonly state: LiveState;
  /** Since when the agent has our hooks, and now; in milliseconds since 1970. */
  readonly since: number;
  readonly now: number;
}

/** What an agent writes this long after an event still belongs to it, in milliseconds. */
const GRACE_MS = 60_000;
/** A turn may say nothing this long: no event comes before its end. */
const QUIET_MS = 15 * 60_000;
/** Longer still where the agent told that a turn began: it may wait for a person. */
const OPEN_MS = 3_600_000;

/** Those of `logs` that grew after everything that was heard of them, and have come to rest. */
export function missedLogs(logs: readonly AgentLog[], { state, since, now }: MissedOptions): AgentLog[] {
  const settled = Math.max(since, timeOf(state.settled_at)) + GRACE_MS;
  const heard = new Map<string, { at: number; open: boolean }>();
  for (const { transcript, at, open = false, beside = [] } of state.sessions) {
    const others = beside.map((name) => join(dirname(transcript), name));
    for (const path of [transcript, ...others]) heard.set(keyOf(path), { at: timeOf(at), open });
  }
  return logs.filter(({ path, changed }) => {
    const last = heard.get(keyOf(path));
    const rest = last?.open === true ? OPEN_MS : QUIET_MS;
    return changed > settled && changed > (last?.at ?? 0) + GRACE_MS && changed < now - rest;
  });
}

/** A log has one name, and its folder may be reached by several paths. */
function keyOf(path: string): string {
  return join(basename(dirname(path)), basename(path));
}

function timeOf(time: string | null | undefined): number {
  return time == null ? 0 : Date.parse(time) || 0;
}
