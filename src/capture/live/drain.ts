/**
 * Empties the spool: one capture per session, however many events. A note is removed only when what it asked
 * for is in the bucket, so a drain that is killed loses nothing. Ends when nothing is spooled.
 */
import { OtError } from '../../base/errors.ts';
import type { Platform } from '../../base/platform.ts';
import { endsTurn, foldEvents, mergeVisits, newest, sessionsAt, type Visit } from './fold.ts';
import { claimMarker, releaseMarker } from './marker.ts';
import { restUntil } from './rest.ts';
import { type BadEvent, listSpool, readEvent, removeEvent, type SpoolEvent, setAside } from './spool.ts';
import { readState, remember, writeState } from './state.ts';

/** What became of a visit. `absent`: the log is not there (yet), or is no session (yet). */
export type VisitResult =
  | {
      readonly outcome: 'captured';
      readonly traces: number;
      readonly log: string;
      /** Names of logs of its sub-agents in the same folder. */
      readonly beside?: readonly string[];
    }
  | { readonly outcome: 'excluded'; readonly log: string | null }
  | { readonly outcome: 'absent'; readonly code: string };

export interface DrainOptions {
  readonly home: string;
  readonly platform: Platform;
  /**
   * Captures one session. Rejects with an `OtError` when the bucket cannot take it now; any other rejection
   * concerns this visit alone.
   */
  readonly capture: (visit: Visit) => Promise<VisitResult>;
  /**
   * Look at a session again this long after its turn ended, in milliseconds. 0 takes what is there and waits for
   * nothing: not for second looks, not for notes that are being written, nor for large sessions to rest.
   */
  readonly lookAgainMs: number;
  /** Called with each folder in which git did something while no session known by its hooks was at work there. */
  readonly onLoneGit?: (folder: string) => void;
}

export interface DrainReport {
  /** Notes that were used up. */
  readonly events: number;
  /** Captures made, second looks included. */
  readonly captures: number;
  /** Traces that changed. */
  readonly traces: number;
  readonly set_aside: number;
}

/** How often the spool is looked at while a second look is due. */
const POLL_MS = 100;
/** How often a drain waits for the lock of the bucket before it leaves the notes to another. */
const LOCKED_TRIES = 10;

/** Throws what the bucket throws (`OT_BUCKET_LOCKED`, `OT_DISK_FULL`, ...); the notes then stay. */
export async function drainSpool(options: DrainOptions): Promise<DrainReport> {
  const drain = new Drain(options);
  try {
    const report = await drain.run();
    await drain.remember(null);
    return report;
  } catch (error) {
    await drain.remember(error);
    throw error;
  } finally {
    await releaseMarker(options.home, options.platform);
  }
}

/** A session to look at later; its notes stay until then. */
interface Wait {
  readonly visit: Visit;
  /** Milliseconds since 1970. */
  readonly due: number;
}

class Drain {
  readonly #options: DrainOptions;
  #waiting: Wait[] = [];
  /** Names of notes that their hooks were still writing at the last look. */
  #unfinished: ReadonlySet<string> = new Set();
  #events = 0;
  #captures = 0;
  #traces = 0;
  #aside = 0;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  async run(): Promise<DrainReport> {
    const { home, platform } = this.#options;
    do {
      await claimMarker(home, platform);
      await this.#emptyAtLast();
      // A hook that saw the marker started nothing: whatever it spooled before this moment is listed next.
      await releaseMarker(home, platform);
    } while ((await this.#fresh()).length > 0);
    return { events: this.#events, captures: this.#captures, traces: this.#traces, set_aside: this.#aside };
  }

  async remember(failure: unknown): Promise<void> {
    const { home, platform } = this.#options;
    const state = await readState(home);
    const now = platform.now().toISOString();
    if (failure === null) return writeState(home, platform, { ...state, drained_at: now, failing: null });
    const known = failure instanceof OtError;
    const code = known ? failure.code : 'OT_INTERNAL';
    const message = known ? failure.message : 'a bug in git-ot';
    const since = state.failing?.since ?? now;
    await writeState(home, platform, { ...state, failing: { since, code, message } });
  }

  /** As {@link #empty}, with patience for a writer that holds the bucket for minutes: each try waits for its lock. */
  async #emptyAtLast(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#empty();
      } catch (error) {
        const isLocked = error instanceof OtError && error.code === 'OT_BUCKET_LOCKED';
        if (!isLocked || !this.#isPatient || tries === LOCKED_TRIES) throw error;
        await this.remember(error);
      }
    }
  }

  async #empty(): Promise<void> {
    for (;;) {
      const used = await this.#take(await this.#fresh());
      const due = await this.#lookAgain();
      if (used || due) continue;
      if (!this.#isPatient || this.#waiting.length + this.#unfinished.size === 0) return;
      await this.#options.platform.sleep(POLL_MS);
    }
  }

  get #isPatient(): boolean {
    return this.#options.lookAgainMs > 0;
  }

  /** Waiting notes that nobody here has seen; those that are being written are looked at until they are whole. */
  async #fresh(): Promise<string[]> {
    const names = await listSpool(this.#options.home);
    const known = new Set(this.#waiting.flatMap(({ visit }) => namesOf(visit)));
    if (!this.#isPatient) for (const name of this.#unfinished) known.add(name);
    return names.filter((name) => !known.has(name));
  }

  /** True when one of the notes was whole. */
  async #take(names: readonly string[]): Promise<boolean> {
    const { home, platform } = this.#options;
    const events: SpoolEvent[] = [];
    const unfinished = new Set(this.#isPatient ? [] : this.#unfinished);
    for (const name of names) {
      const event = await readEvent(home, name, platform);
      if (event === null) continue;
      if (event === 'unfinished') unfinished.add(name);
      else if ('reason' in event) await this.#giveUp(event);
      else if (event.unsaved) await this.#drop(event);
      else events.push(event);
    }
    this.#unfinished = unfinished;
    for (const visit of foldEvents(events)) await this.#attend(visit, this.#options.lookAgainMs);
    for (const event of events.filter(({ kind }) => kind === 'git')) await this.#attendGit(event);
    return names.some((name) => !unfinished.has(name));
  }

  /** Visits a session, or lets it rest: its notes then wait. */
  async #attend(visit: Visit, lookAgainMs: number): Promise<void> {
    const now = this.#now();
    const due = restUntil(visit, await readState(this.#options.home), now);
    if (this.#isPatient && now < due) this.#waiting.push({ visit, due });
    else await this.#visit(visit, lookAgainMs);
  }

  /** Whose hook was killed before it named the session: what that agent did there lately is looked at. */
  async #giveUp({ name, reason, place = null }: BadEvent): Promise<void> {
    const { sessions } = await readState(this.#options.home);
    const lately = place === null ? [] : sessionsAt({ at: this.#now(), cwd: place.cwd }, sessions);
    for (const { agent, transcript, cwd, session_id: sessionId = null } of lately) {
      if (agent === place?.source) await this.#attend({ agent, transcript, cwd, sessionId, events: [] }, 0);
    }
    await this.#setAside([name], reason);
  }

  /** What git did at a place is looked at with the sessions that work there. */
  async #attendGit(event: SpoolEvent): Promise<void> {
    const { sessions } = await readState(this.#options.home);
    const concerned = sessionsAt(event, sessions);
    if (concerned.length === 0 && event.cwd !== null) this.#options.onLoneGit?.(event.cwd);
    if (concerned.length === 0) return this.#drop(event);
    for (const { agent, transcript, cwd, session_id: sessionId = null } of concerned) {
      await this.#attend({ agent, transcript, cwd, sessionId, events: [event] }, 0);
    }
  }

  /** Visits a session; keeps the notes when it has to be looked at again. */
  async #visit(visit: Visit, lookAgainMs: number): Promise<void> {
    const due = newest(visit) + lookAgainMs;
    const again = lookAgainMs > 0 && endsTurn(visit) && this.#now() < due;
    const start = this.#now();
    const result = await this.#capture(visit);
    if (typeof result === 'string') return this.#setAside(namesOf(visit), result);
    await this.#note(visit, result, this.#now() - start);
    if (again && result.outcome !== 'excluded') this.#waiting.push({ visit, due });
    else if (result.outcome === 'absent' && endsTurn(visit))
      await this.#setAside(namesOf(visit), result.code);
    else await this.#done(visit);
  }

  /** The result, or the reason why this visit can never succeed. */
  async #capture(visit: Visit): Promise<VisitResult | string> {
    try {
      const result = await this.#options.capture(visit);
      this.#captures += 1;
      if (result.outcome === 'captured') this.#traces += result.traces;
      return result;
    } catch (error) {
      if (error instanceof OtError) throw error;
      return 'OT_INTERNAL';
    }
  }

  /** Second looks that are due, one for each session; false when none is yet. */
  async #lookAgain(): Promise<boolean> {
    const now = this.#now();
    const due = this.#waiting.filter((wait) => wait.due <= now);
    this.#waiting = this.#waiting.filter((wait) => wait.due > now);
    for (const visit of mergeVisits(due.map((wait) => wait.visit))) await this.#attend(visit, 0);
    return due.length > 0;
  }

  async #done(visit: Visit): Promise<void> {
    const wanted = new Set(this.#waiting.flatMap((wait) => namesOf(wait.visit)));
    for (const event of visit.events) if (!wanted.has(event.name)) await this.#drop(event);
  }

  async #drop({ name }: SpoolEvent): Promise<void> {
    await removeEvent(this.#options.home, name);
    this.#events += 1;
  }

  async #setAside(names: readonly string[], reason: string): Promise<void> {
    for (const name of names) await setAside(this.#options.home, { name, reason });
    this.#aside += names.length;
  }

  async #note(visit: Visit, result: VisitResult, took_ms: number): Promise<void> {
    if (result.outcome === 'absent' || result.log === null) return;
    if (visit.events.every(({ kind }) => kind === 'git')) return;
    const { home, platform } = this.#options;
    const { agent, cwd } = visit;
    const transcript = visit.transcript ?? result.log;
    const session_id = visit.transcript === null ? visit.sessionId : null;
    const state = await readState(home);
    const at = platform.now().toISOString();
    const open = !endsTurn(visit);
    const beside = result.outcome === 'captured' ? [...(result.beside ?? [])] : [];
    const others = beside.length === 0 ? {} : { beside };
    const session = { agent, transcript, session_id, cwd, at, took_ms, open, ...others };
    const sessions = remember(state.sessions, session);
    await writeState(home, platform, { ...state, sessions });
  }

  #now(): number {
    return this.#options.platform.now().getTime();
  }
}

function namesOf({ events }: Visit): string[] {
  return events.map(({ name }) => name);
}
