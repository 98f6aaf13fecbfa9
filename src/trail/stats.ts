/** `trail stats`: lines by owner, commits with lineage, and what became of patches; each share is defined in FORMAT.md. */
import type { Oid } from '../git/ports.ts';
import { attribute } from './attribute.ts';
import { type BroughtLines, broughtLines } from './brought-lines.ts';
import type { HistoryCommit } from './history.ts';
import { type StoredRange, TrailStore } from './store.ts';
import { type Survival, type TrackedPatch, trackPatches } from './track.ts';
import { Trail, type TrailOptions } from './trail.ts';
import { idOfRange } from './verify-findings.ts';

export const STAT_GROUPS = ['author', 'agent', 'model', 'path'] as const;
export type StatGroup = (typeof STAT_GROUPS)[number];

export interface StatRow {
  /** Null: an agent or a model that is not known, or lines that no agent is known to have written. */
  readonly key: string | null;
  /** Commits with lines of the row, and how many of them have lines of agents. */
  readonly commits: number;
  readonly commits_with_lineage: number;
  /** Lines with a letter or digit that the commits brought, and how many of them agents wrote. */
  readonly lines: number;
  readonly agent_lines: number;
  /** `agent_lines` of `lines`, to four places; null for no lines. */
  readonly agent_ratio: number | null;
  readonly patches: number;
  readonly survival: Readonly<Partial<Record<Survival, number>>>;
  /** Of patches that an ancestor of HEAD has lines of. */
  readonly authored_line_count: number;
  readonly preserved_line_count: number;
  /** `preserved_line_count` of `authored_line_count`, to four places; null for no lines. */
  readonly retention_fraction: number | null;
}

export interface TrailStats {
  /** HEAD's commit; null where there is none. */
  readonly head: Oid | null;
  readonly by: StatGroup | null;
  readonly total: StatRow;
  /** The most lines first; empty without `by`. */
  readonly groups: readonly StatRow[];
}

export interface StatsOptions extends TrailOptions {
  /** Milliseconds since 1970; null for the first patch. */
  readonly since: number | null;
  readonly by: StatGroup | null;
  readonly onCommit?: (done: number, total: number) => void;
}

export async function trailStats({ since, by, onCommit, ...options }: StatsOptions): Promise<TrailStats> {
  const trail = await Trail.open(options);
  await attribute(options, trail);
  const counter = new Counter(options, trail, by);
  const inHead = await trail.ancestorsOfHead();
  const from = Math.floor((since ?? trail.patchesSince(0)[0]?.time ?? 0) / 1000);
  const commits = trail.commits.filter(({ oid, committed }) => inHead.has(oid) && committed >= from);
  for (const [at, commit] of commits.entries()) {
    await counter.addCommit(commit);
    onCommit?.(at + 1, commits.length);
  }
  const wanted = ({ time }: { readonly time: number }): boolean => time >= (since ?? 0);
  for (const patch of await trackPatches({ ...options, wanted })) counter.addPatch(patch);
  return { head: options.repository.head, by, ...counter.rows() };
}

interface Tally {
  readonly commits: Set<Oid>;
  readonly withLineage: Set<Oid>;
  readonly survival: Map<Survival, number>;
  lines: number;
  agentLines: number;
  patches: number;
  authored: number;
  preserved: number;
}

class Counter {
  readonly #total = newTally();
  readonly #groups = new Map<string | null, Tally>();
  /** Author of the commit, and model of the patch, as the first commit with its lines tells. */
  readonly #authors = new Map<string, string>();
  readonly #models = new Map<string, string | null>();
  readonly #options: TrailOptions;
  readonly #trail: Trail;
  readonly #by: StatGroup | null;
  readonly #store: TrailStore;

  constructor(options: TrailOptions, trail: Trail, by: StatGroup | null) {
    this.#options = options;
    this.#trail = trail;
    this.#by = by;
    this.#store = new TrailStore(options.database, options.repository);
  }

  async addCommit(commit: HistoryCommit): Promise<void> {
    const files = await broughtLines(this.#options.repository.objects, this.#trail.entriesIn(commit.oid));
    const changes = new Map(this.#store.changesOf(commit.oid).map(({ path, ranges }) => [path, ranges]));
    for (const file of files) this.#addFile(commit, file, changes.get(file.path) ?? []);
  }

  #addFile(commit: HistoryCommit, { path, lines }: BroughtLines, ranges: readonly StoredRange[]): void {
    let left = lines.size;
    for (const range of ranges) {
      const id = idOfRange(range);
      if (!this.#authors.has(id)) this.#authors.set(id, commit.author);
      this.#models.set(id, range.model);
      let owned = 0;
      for (let line = range.start; line <= range.end; line += 1) if (lines.has(line)) owned += 1;
      left -= owned;
      if (owned > 0) this.#add(commit.oid, this.#keyOf(commit, path, range), owned, true);
    }
    if (left > 0) this.#add(commit.oid, this.#keyOf(commit, path, null), left, false);
  }

  #keyOf({ author }: HistoryCommit, path: string, range: StoredRange | null): string | null {
    if (this.#by === 'author') return author;
    if (this.#by === 'path') return path;
    if (range === null) return null;
    return this.#by === 'model' ? range.model : (this.#trail.session(range.traceId)?.agent ?? null);
  }

  #add(commit: Oid, key: string | null, lines: number, isAgents: boolean): void {
    for (const tally of this.#talliesOf(key)) {
      tally.commits.add(commit);
      tally.lines += lines;
      if (!isAgents) continue;
      tally.withLineage.add(commit);
      tally.agentLines += lines;
    }
  }

  addPatch(patch: TrackedPatch): void {
    for (const tally of this.#talliesOf(this.#keyOfPatch(patch))) {
      const { current_survival: state, authored_line_count, preserved_line_count } = patch;
      tally.patches += 1;
      tally.survival.set(state, (tally.survival.get(state) ?? 0) + 1);
      if (state === 'orphan_branch') continue;
      tally.authored += authored_line_count;
      tally.preserved += preserved_line_count;
    }
  }

  #keyOfPatch({ trace_patch_id: id, trace_id, path }: TrackedPatch): string | null {
    if (this.#by === 'path') return path;
    if (this.#by === 'author') return this.#authors.get(id) ?? null;
    if (this.#by === 'model')
      return this.#models.get(id) ?? this.#trail.sessions.get(trace_id)?.model ?? null;
    return this.#trail.session(trace_id)?.agent ?? null;
  }

  #talliesOf(key: string | null): Tally[] {
    if (this.#by === null) return [this.#total];
    const known = this.#groups.get(key) ?? newTally();
    this.#groups.set(key, known);
    return [this.#total, known];
  }

  rows(): Pick<TrailStats, 'total' | 'groups'> {
    const groups = [...this.#groups].map(([key, tally]) => rowOf(key, tally));
    return { total: rowOf(null, this.#total), groups: groups.sort(byLines) };
  }
}

function newTally(): Tally {
  const counts = { lines: 0, agentLines: 0, patches: 0, authored: 0, preserved: 0 };
  return { commits: new Set(), withLineage: new Set(), survival: new Map(), ...counts };
}

function rowOf(key: string | null, tally: Tally): StatRow {
  const survival = [...tally.survival].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    key,
    commits: tally.commits.size,
    commits_with_lineage: tally.withLineage.size,
    lines: tally.lines,
    agent_lines: tally.agentLines,
    agent_ratio: ratio(tally.agentLines, tally.lines),
    patches: tally.patches,
    survival: Object.fromEntries(survival),
    authored_line_count: tally.authored,
    preserved_line_count: tally.preserved,
    retention_fraction: ratio(tally.preserved, tally.authored),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

/** The most lines first, then the most patches, then by name. */
function byLines(left: StatRow, right: StatRow): number {
  const names = (left.key ?? '') < (right.key ?? '') ? -1 : 1;
  return right.lines - left.lines || right.patches - left.patches || names;
}
