/**
 * Empties the spool: one capture per session, however many events. A note is removed only when what it asked
 * for is in the bucket, so a drain that is killed loses nothing. Ends when nothing is spooled.
 */
import { OtError } from '../../base/errors.ts';
import type { Platform } from '../../base/platform.ts';
import { endsTurn, foldEvents, newest, sessionsAt, type Visit } from './fold.ts';
import { claimMarker, releaseMarker } from './marker.ts';
import { listSpool, readEvent, removeEvent, type SpoolEvent, setAside } from './spool.ts';
import { readState, remember, writeState } from './state.ts';

/** What became of a visit. `absent`: the log is not there (yet), or is no session (yet). */
export type VisitResult =
  | { readonly outcome: 'captured'; readonly traces: number }
  | { readonly outcome: 'excluded' }
  | { readonly outcome: 'absent'; readonly code: string };

export interface DrainOptions {
  readonly home: string;
  readonly platform: Platform;
  /**
   * Captures one session. Rejects with an `OtError` when the bucket cannot take it now; any other rejection
   * concerns this visit alone.
   */
  readonly capture: (visit: Visit) => Promise<VisitResult>;
  /** Look at a session again this long after its turn ended; 0 for once only. Milliseconds. */
  readonly lookAgainMs: number;
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

class Drain {
  readonly #options: DrainOptions;
  /** Notes of ended turns that wait for their second look, by name. */
  readonly #waiting = new Map<string, { readonly visit: Visit; readonly due: number }>();
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
      await this.#empty();
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

  async #empty(): Promise<void> {
    for (;;) {
      const names = await this.#fresh();
      if (names.length > 0) await this.#take(names);
      else if (this.#waiting.size === 0) return;
      else if (!(await this.#lookAgain())) await this.#options.platform.sleep(POLL_MS);
    }
  }

  /** Waiting notes that nobody here has seen. */
  async #fresh(): Promise<string[]> {
    const names = await listSpool(this.#options.home, this.#now());
    return names.filter((name) => !this.#waiting.has(name));
  }

  async #take(names: readonly string[]): Promise<void> {
    const events: SpoolEvent[] = [];
    for (const name of names) {
      const event = await readEvent(this.#options.home, name);
      if (event === null) continue;
      if ('reason' in event) await this.#setAside([event.name], event.reason);
      else if (event.unsaved) await this.#drop(event);
      else events.push(event);
    }
    for (const visit of foldEvents(events)) await this.#visit(visit, this.#options.lookAgainMs);
    for (const event of events.filter(({ kind }) => kind === 'git')) await this.#visitCommit(event);
  }

  /** Visits a session; keeps the notes when it has to be looked at again. */
  async #visit(visit: Visit, lookAgainMs: number): Promise<void> {
    const due = newest(visit) + lookAgainMs;
    const again = lookAgainMs > 0 && endsTurn(visit) && this.#now() < due;
    const result = await this.#capture(visit);
    if (typeof result === 'string') return this.#setAside(namesOf(visit), result);
    if (again && result.outcome !== 'excluded') {
      for (const name of namesOf(visit)) this.#waiting.set(name, { visit, due });
    } else if (result.outcome === 'absent' && endsTurn(visit)) {
      await this.#setAside(namesOf(visit), result.code);
    } else {
      await this.#done(visit);
    }
    await this.#note(visit, result);
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

  async #visitCommit(event: SpoolEvent): Promise<void> {
    const { sessions } = await readState(this.#options.home);
    for (const session of sessionsAt(event, sessions)) {
      const { agent, transcript, cwd } = session;
      await this.#capture({ agent, transcript, cwd, sessionId: null, events: [event] });
    }
    await this.#drop(event);
  }

  async #drop({ name }: SpoolEvent): Promise<void> {
    await removeEvent(this.#options.home, name);
    this.#events += 1;
  }

  /** Second looks that are due; false when none is yet. */
  async #lookAgain(): Promise<boolean> {
    const now = this.#now();
    const due = new Set(
      [...this.#waiting.values()].filter((wait) => wait.due <= now).map(({ visit }) => visit),
    );
    for (const visit of due) {
      await this.#visit(visit, 0);
      for (const name of namesOf(visit)) this.#waiting.delete(name);
    }
    return due.size > 0;
  }

  async #done(visit: Visit): Promise<void> {
    for (const name of namesOf(visit)) await removeEvent(this.#options.home, name);
    this.#events += visit.events.length;
  }

  async #setAside(names: readonly string[], reason: string): Promise<void> {
    for (const name of names) await setAside(this.#options.home, { name, reason });
    this.#aside += names.length;
  }

  async #note({ agent, transcript, cwd }: Visit, { outcome }: VisitResult): Promise<void> {
    if (transcript === null || outcome !== 'captured') return;
    const { home, platform } = this.#options;
    const state = await readState(home);
    const at = platform.now().toISOString();
    const sessions = remember(state.sessions, { agent, transcript, cwd, at });
    await writeState(home, platform, { ...state, sessions });
  }

  #now(): number {
    return this.#options.platform.now().getTime();
  }
}

function namesOf({ events }: Visit): string[] {
  return events.map(({ name }) => name);
}
