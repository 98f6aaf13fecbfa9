/** `trail log`: what is known to have happened in a repository, the newest first. */
import type { Oid } from '../git/ports.ts';
import { attribute } from './attribute.ts';
import type { HistoryCommit } from './history.ts';
import type { Tier } from './owner.ts';
import { derivedRewrites, type ObservedMerge, observedEvents, type Rewrite } from './rewrites.ts';
import { pathFilter, type TrailSelection } from './selection.ts';
import { type StoredChange, TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';
import { type Turn, turnsOf } from './turns.ts';

/** Lines of one trace in one commit. */
export interface CommittedTrace {
  readonly trace_id: string;
  readonly agent: string;
  readonly step_indexes: readonly number[];
  readonly lines: number;
  readonly tiers: readonly Tier[];
}

/** A commit with lines of agents. `merge` for one with several parents. */
export interface CommitEvent {
  readonly kind: 'commit' | 'merge';
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly evidence: 'derived';
  readonly commit: Oid;
  readonly subject: string;
  readonly author: string;
  /** `reflog`: no branch or tag leads to it any more. */
  readonly reached_from: 'head' | 'refs' | 'reflog';
  /** In files that agents edited: lines the commit brought, and how many agents wrote. */
  readonly added: number;
  readonly attributed: number;
  readonly paths: readonly string[];
  readonly traces: readonly CommittedTrace[];
}

/** Patches of a session between one prompt and the next. */
export interface TurnEvent {
  readonly kind: 'turn';
  /** When the last patch was made. */
  readonly time: string;
  readonly evidence: 'observed';
  readonly trace_id: string;
  readonly agent: string;
  /** Step of the prompt; null for patches before any. */
  readonly prompt_step: number | null;
  readonly prompt: string | null;
  readonly step_indexes: readonly number[];
  readonly patches: number;
  readonly paths: readonly string[];
  /** Commits that brought lines of it. */
  readonly anchored_in: readonly Oid[];
}

export type TrailEvent = CommitEvent | TurnEvent | Rewrite | ObservedMerge;

export interface TrailLog {
  readonly events: readonly TrailEvent[];
  /** Older events that were left out. */
  readonly more: boolean;
}

export interface LogOptions extends TrailOptions {
  readonly selection: TrailSelection;
  readonly limit: number;
}

export async function trailLog({ selection, limit, ...options }: LogOptions): Promise<TrailLog> {
  const trail = await Trail.open(options);
  await attribute(options, trail);
  const reader = new LogReader(options, trail, selection);
  const known = [...(await reader.commits(limit)), ...reader.turns(limit)];
  known.sort(byNewest);
  const oldest = known.length > limit ? Date.parse(known[limit - 1]!.time) : (selection.since ?? 0);
  const events = [...known, ...(await reader.rewrites(oldest))].sort(byNewest);
  return { events: events.slice(0, limit), more: events.length > limit };
}

function byNewest(left: TrailEvent, right: TrailEvent): number {
  const order = Date.parse(right.time) - Date.parse(left.time);
  return order === 0 ? ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind) : order;
}

/** Of what happened at one time the later comes first. */
const ORDER: ReadonlyArray<TrailEvent['kind']> = ['rewrite', 'merge', 'commit', 'turn'];

class LogReader {
  readonly #options: TrailOptions;
  readonly #trail: Trail;
  readonly #selection: TrailSelection;
  readonly #store: TrailStore;
  readonly #isWanted: (path: string) => boolean;
  readonly #told = new Set<Oid>();

  constructor(options: TrailOptions, trail: Trail, selection: TrailSelection) {
    this.#options = options;
    this.#trail = trail;
    this.#selection = selection;
    this.#store = new TrailStore(options.database, options.repository);
    this.#isWanted = pathFilter(trail, selection.path);
  }

  /** The newest commits with lines of agents, one more than the limit at most. */
  async commits(limit: number): Promise<CommitEvent[]> {
    const since = (this.#selection.since ?? 0) / 1000;
    const withLines = this.#store.commitsWithLines();
    const made = this.#trail.commits.filter(({ oid, committed }) => withLines.has(oid) && committed >= since);
    made.sort((left, right) => right.committed - left.committed);
    const [inHead, reachable] = [await this.#trail.ancestorsOfHead(), await this.#trail.reachable()];
    const found: CommitEvent[] = [];
    for (const commit of made) {
      if (found.length > limit) break;
      const from = inHead.has(commit.oid) ? 'head' : reachable.has(commit.oid) ? 'refs' : 'reflog';
      const event = this.#commit(commit, from);
      if (event !== null) found.push(event);
    }
    for (const { commit } of found) this.#told.add(commit);
    return found;
  }

  #commit(commit: HistoryCommit, reached_from: CommitEvent['reached_from']): CommitEvent | null {
    const changes = this.#store.changesOf(commit.oid).filter(({ path }) => this.#isWanted(path));
    const traces = tracesIn(changes, this.#trail).filter(({ agent }) => this.#isAgent(agent));
    if (traces.length === 0) return null;
    const { oid, subject, author, committed, parents } = commit;
    return {
      kind: parents.length > 1 ? 'merge' : 'commit',
      time: new Date(committed * 1000).toISOString(),
      evidence: 'derived',
      ...{ commit: oid, subject, author, reached_from },
      added: changes.reduce((sum, change) => sum + change.added, 0),
      attributed: traces.reduce((sum, { lines }) => sum + lines, 0),
      paths: changes.map(({ path }) => path),
      traces,
    };
  }

  #isAgent(agent: string): boolean {
    return this.#selection.agent === undefined || this.#selection.agent === agent;
  }

  /** The newest turns, one more than the limit at most. */
  turns(limit: number): TurnEvent[] {
    const patches = this.#trail
      .patchesSince(this.#selection.since ?? 0)
      .filter(({ path }) => this.#isWanted(path))
      .reverse();
    return turnsOf(this.#options.database, this.#trail, patches)
      .filter(({ agent }) => this.#isAgent(agent))
      .slice(0, limit + 1)
      .map((turn) => this.#turn(turn));
  }

  #turn({ patches, ...turn }: Turn): TurnEvent {
    const steps = new Set(patches.map(({ step }) => step));
    const paths = [...new Set(patches.map(({ path }) => path))].sort();
    return {
      kind: 'turn',
      time: new Date(Math.max(...patches.map(({ time }) => time))).toISOString(),
      evidence: 'observed',
      ...turn,
      step_indexes: [...steps].sort((left, right) => left - right),
      patches: patches.length,
      paths,
      anchored_in: this.#anchors(turn.trace_id, steps, paths),
    };
  }

  #anchors(trace: string, steps: ReadonlySet<number>, paths: readonly string[]): Oid[] {
    const names = new Set(paths.flatMap((path) => [...this.#trail.connected(path)]));
    const found = [...names]
      .flatMap((path) => this.#store.changesAt(path))
      .filter(({ ranges }) => ranges.some(({ traceId, step }) => traceId === trace && steps.has(step)))
      .map(({ commit }) => commit);
    const times = new Map(
      [...new Set(found)].map((oid) => [oid, this.#trail.commit(oid)?.committed ?? 0] as const),
    );
    return [...times].sort(([, left], [, right]) => left - right).map(([oid]) => oid);
  }

  /** Rewrites and merges of commits with lines of agents, where every agent is wanted. */
  async rewrites(oldest: number): Promise<Array<Rewrite | ObservedMerge>> {
    const observed = await observedEvents(this.#options, this.#trail, oldest);
    const pairs = new Set(observed.map(({ from, commit }) => `${from} ${commit}`));
    const derived = derivedRewrites(this.#trail.commits).filter(
      ({ from, commit }) => !pairs.has(`${from} ${commit}`),
    );
    return [...observed, ...derived].filter(
      ({ time, commit }) => Date.parse(time) >= oldest && this.#touches(commit),
    );
  }

  #touches(commit: Oid): boolean {
    if (this.#told.has(commit)) return true;
    const facts = this.#trail.commit(commit);
    return facts !== null && this.#commit(facts, 'refs') !== null;
  }
}

function tracesIn(changes: readonly StoredChange[], trail: Trail): CommittedTrace[] {
  const found = new Map<string, { steps: Set<number>; tiers: Set<Tier>; lines: number }>();
  for (const { traceId, step, tier, start, end } of changes.flatMap(({ ranges }) => ranges)) {
    const known = found.get(traceId) ?? { steps: new Set(), tiers: new Set(), lines: 0 };
    known.steps.add(step);
    known.tiers.add(tier);
    known.lines += end - start + 1;
    found.set(traceId, known);
  }
  return [...found].flatMap(([trace_id, { steps, tiers, lines }]) => {
    const session = trail.session(trace_id);
    const step_indexes = [...steps].sort((left, right) => left - right);
    return session === null
      ? []
      : [{ trace_id, agent: session.agent, step_indexes, lines, tiers: [...tiers].sort() }];
  });
}
