/** Many events of one session are one capture. */
import { isAbsolute, relative } from 'node:path';
import type { SpoolEvent } from './spool.ts';
import type { LiveSession } from './state.ts';

/** One session to look at, and the notes that asked for it. */
export interface Visit {
  readonly agent: string;
  /** The session's log; null when the agent does not name it. */
  readonly transcript: string | null;
  readonly cwd: string | null;
  readonly sessionId: string | null;
  readonly events: readonly SpoolEvent[];
}

/** A commit long after the last sign of a session is not its work. */
const COMMIT_WINDOW_MS = 12 * 3_600_000;
/** Events after which the agent may still write the end of the turn. */
const TURN_END = /^(stop|subagentstop|afteragent|sessionend|agentstop|turnend|agent-turn-complete)$/i;

/** True when a turn or a session ended with one of these events. */
export function endsTurn({ events }: Visit): boolean {
  return events.some(({ event }) => TURN_END.test(event));
}

/** True when what a person asked for is done with this event: a sub-agent ends before, and a session behind it. */
export function endsPrompt(event: string): boolean {
  return TURN_END.test(event) && !/^(subagentstop|sessionend)$/i.test(event);
}

/** When a session started, or went on after a pause, as the youngest of these events tells; null when none does. */
export function startOf({ events }: Visit): number | null {
  const starts = events.filter(({ event }) => /^sessionstart$/i.test(event));
  return starts.length === 0 ? null : Math.max(...starts.map(({ at }) => at));
}

/** Newest event of a visit, in milliseconds since 1970. */
export function newest({ events }: Visit): number {
  return Math.max(...events.map(({ at }) => at));
}

/** Agents' events by session. */
export function foldEvents(events: readonly SpoolEvent[]): Visit[] {
  const agents = events.filter(({ kind }) => kind === 'agent');
  return mergeVisits(
    agents.map((event) => {
      const { source: agent, transcript, cwd, sessionId } = event;
      return { agent, transcript, cwd, sessionId, events: [event] };
    }),
  );
}

/** One visit for each session, with the notes of all. */
export function mergeVisits(visits: readonly Visit[]): Visit[] {
  const merged = new Map<string, Visit>();
  for (const visit of visits) {
    const key = `${visit.agent}\0${visit.transcript ?? ''}\0${visit.transcript === null ? (visit.sessionId ?? '') : ''}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? visit : { ...known, events: union(known.events, visit.events) });
  }
  return [...merged.values()];
}

function union(left: readonly SpoolEvent[], right: readonly SpoolEvent[]): SpoolEvent[] {
  const names = new Set(left.map(({ name }) => name));
  return [...left, ...right.filter(({ name }) => !names.has(name))];
}

/** Sessions that an event is about which names none: those heard of lately at its place. */
export function sessionsAt(
  event: Pick<SpoolEvent, 'at' | 'cwd'>,
  sessions: readonly LiveSession[],
): LiveSession[] {
  return sessions.filter(({ cwd, at }) => {
    const age = event.at - Date.parse(at);
    return age < COMMIT_WINDOW_MS && cwd !== null && event.cwd !== null && sameTree(cwd, event.cwd);
  });
}

function sameTree(left: string, right: string): boolean {
  return isBelow(left, right) || isBelow(right, left);
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
