/** `trail graph`: how traces, steps, patches and commits hang together. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { attribute } from './attribute.ts';
import { nearestShown } from './commit-order.ts';
import type { HistoryCommit } from './history.ts';
import type { Tier } from './owner.ts';
import { derivedRewrites, observedEvents } from './rewrites.ts';
import { TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';

export type GraphNode =
  | { readonly id: string; readonly kind: 'trace'; readonly trace_id: string; readonly agent: string }
  | { readonly id: string; readonly kind: 'step'; readonly trace_id: string; readonly step_index: number }
  | {
      readonly id: string;
      readonly kind: 'patch';
      readonly trace_id: string;
      readonly step_index: number;
      readonly path: string;
    }
  | {
      readonly id: string;
      readonly kind: 'commit';
      readonly commit: Oid;
      readonly subject: string;
      readonly author: string;
      /** ISO 8601 in UTC. */
      readonly time: string;
      /** No branch or tag leads to it any more. */
      readonly left: boolean;
    };

export type CommitNode = Extract<GraphNode, { kind: 'commit' }>;

export type GraphEdge =
  /** From a trace to its steps, from a step to its patches, from a trace to its sub-agents. */
  | { readonly kind: 'has_step'; readonly from: string; readonly to: string }
  | { readonly kind: 'made'; readonly from: string; readonly to: string }
  | { readonly kind: 'started'; readonly from: string; readonly to: string }
  /** From a patch to a commit that brought lines of it; from a step where its commands wrote them. */
  | {
      readonly kind: 'anchored_in';
      readonly from: string;
      readonly to: string;
      readonly lines: number;
      readonly tiers: readonly Tier[];
    }
  /** From a commit to the one that was made from it. */
  | {
      readonly kind: 'rewritten_as';
      readonly from: string;
      readonly to: string;
      readonly evidence: 'observed' | 'derived';
    }
  /** From a commit to the nearest of its ancestors that is shown; `direct` for a parent of its own. */
  | { readonly kind: 'parent'; readonly from: string; readonly to: string; readonly direct: boolean };

export interface TrailGraph {
  /** Commits first, children before their parents, then traces, steps and patches. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Something is left out. */
  readonly truncated: boolean;
}

export interface GraphOptions extends TrailOptions {
  /** Only this trace and its sub-agents; null for all. */
  readonly trace: string | null;
  /** Most commits, and most patches that are in none of them. */
  readonly limit: number;
}

export async function trailGraph({ trace, limit, ...options }: GraphOptions): Promise<TrailGraph> {
  const trail = await Trail.open(options);
  await attribute(options, trail);
  const wanted = trace === null ? null : withSubagents(options.database, trace);
  const builder = new GraphBuilder(options, trail, wanted);
  await builder.addCommits(limit);
  builder.addOpenPatches(limit);
  await builder.addRewrites();
  if (trace !== null) builder.addTrace(trace);
  builder.addSubagents();
  return builder.graph();
}

const CHILDREN = 'SELECT trace_id FROM traces WHERE parent = ? ORDER BY trace_id';

function withSubagents(database: Sqlite, trace: string): ReadonlySet<string> {
  const found = new Set([trace]);
  for (const each of found)
    for (const { trace_id } of database.all<{ trace_id: string }>(CHILDREN, each)) found.add(trace_id);
  return found;
}

interface PatchFacts {
  readonly trace_id: string;
  readonly step: number;
  readonly ordinal: number;
  readonly path: string;
}

class GraphBuilder {
  readonly #commits: CommitNode[] = [];
  readonly #nodes = new Map<string, GraphNode>();
  readonly #edges: GraphEdge[] = [];
  readonly #anchored = new Set<string>();
  readonly #options: TrailOptions;
  readonly #trail: Trail;
  readonly #store: TrailStore;
  readonly #wanted: ReadonlySet<string> | null;
  #truncated = false;

  constructor(options: TrailOptions, trail: Trail, wanted: ReadonlySet<string> | null) {
    this.#options = options;
    this.#trail = trail;
    this.#wanted = wanted;
    this.#store = new TrailStore(options.database, options.repository);
  }

  /** The newest commits with lines of the wanted traces. */
  async addCommits(limit: number): Promise<void> {
    const reachable = await this.#trail.reachable();
    const withLines = this.#store.commitsWithLines();
    const all = this.#trail.commits;
    const shown: HistoryCommit[] = [];
    for (const commit of [...all].reverse()) {
      if (!withLines.has(commit.oid)) continue;
      const anchors = this.#anchorsIn(commit.oid);
      if (anchors.size === 0) continue;
      if (shown.length < limit) {
        shown.push(commit);
        this.#addCommit(commit, !reachable.has(commit.oid), anchors);
      } else this.#truncated = true;
    }
    for (const { from, to, direct } of nearestShown(all, new Set(shown.map(({ oid }) => oid))))
      this.#edges.push({ kind: 'parent', from: `c:${from}`, to: `c:${to}`, direct });
  }

  #addCommit(
    { oid, subject, author, committed }: HistoryCommit,
    left: boolean,
    anchors: ReadonlyMap<string, Anchor>,
  ): void {
    const time = new Date(committed * 1000).toISOString();
    this.#commits.push({ id: `c:${oid}`, kind: 'commit', commit: oid, subject, author, time, left });
    for (const [id, { patch, lines, tiers }] of anchors) {
      if (id.startsWith('step:')) this.#addStep(patch);
      else this.#addPatch(patch);
      if (!this.#nodes.has(id)) continue;
      this.#edges.push({
        ...{ kind: 'anchored_in', from: id, to: `c:${oid}`, lines, tiers: [...tiers].sort() },
      });
    }
  }

  /** Lines of wanted patches in a commit, also of patches that are in commits which are not shown. */
  #anchorsIn(oid: Oid): Map<string, Anchor> {
    const found = new Map<string, Anchor>();
    for (const { path, ranges } of this.#store.changesOf(oid)) {
      for (const { traceId, step, ordinal, tier, start, end } of ranges) {
        if (this.#wanted !== null && !this.#wanted.has(traceId)) continue;
        const isPatch = tier !== 'turn_snapshot';
        const id = isPatch ? patchIdOf(traceId, step, ordinal) : `step:${traceId}:${step}`;
        const patch = { trace_id: traceId, step, ordinal, path };
        const anchor = found.get(id) ?? { patch, lines: 0, tiers: new Set<Tier>() };
        anchor.lines += end - start + 1;
        anchor.tiers.add(tier);
        found.set(id, anchor);
        this.#anchored.add(id);
      }
    }
    return found;
  }

  /** The newest patches that are in no commit. */
  addOpenPatches(limit: number): void {
    const open = this.#trail
      .patchesSince(0)
      .filter(({ trace_id }) => this.#wanted === null || this.#wanted.has(trace_id))
      .filter(({ trace_id, step, ordinal }) => !this.#anchored.has(patchIdOf(trace_id, step, ordinal)))
      .reverse();
    this.#truncated ||= open.length > limit;
    for (const patch of open.slice(0, limit)) this.#addPatch(patch);
  }

  #addPatch({ trace_id, step, ordinal, path }: PatchFacts): void {
    const id = patchIdOf(trace_id, step, ordinal);
    const place = this.#nodes.has(id) ? null : this.#addStep({ trace_id, step });
    if (place === null) return;
    this.#nodes.set(id, { id, kind: 'patch', trace_id, step_index: step, path });
    this.#edges.push({ kind: 'made', from: place, to: id });
  }

  /** Id of the step's node; null for a trace that is gone. */
  #addStep({ trace_id, step }: Pick<PatchFacts, 'trace_id' | 'step'>): string | null {
    if (!this.addTrace(trace_id)) return null;
    const id = `step:${trace_id}:${step}`;
    if (!this.#nodes.has(id)) {
      this.#nodes.set(id, { id, kind: 'step', trace_id, step_index: step });
      this.#edges.push({ kind: 'has_step', from: `t:${trace_id}`, to: id });
    }
    return id;
  }

  /** False for a trace that is gone. */
  addTrace(trace_id: string): boolean {
    const id = `t:${trace_id}`;
    if (this.#nodes.has(id)) return true;
    const sql = 'SELECT agent FROM traces WHERE trace_id = ?';
    const [row] = this.#options.database.all<{ agent: string }>(sql, trace_id);
    if (row !== undefined) this.#nodes.set(id, { id, kind: 'trace', trace_id, agent: row.agent });
    return row !== undefined;
  }

  /** With what started the traces that are shown; with a wanted trace all that it started. */
  addSubagents(): void {
    for (const each of this.#wanted ?? []) this.addTrace(each);
    const started = 'SELECT parent FROM traces WHERE trace_id = ? AND parent IS NOT NULL';
    for (const node of this.#nodes.values()) {
      if (node.kind !== 'trace') continue;
      const [row] = this.#options.database.all<{ parent: string }>(started, node.trace_id);
      if (row !== undefined && this.addTrace(row.parent))
        this.#edges.push({ kind: 'started', from: `t:${row.parent}`, to: node.id });
    }
  }

  /** Between commits that are shown. */
  async addRewrites(): Promise<void> {
    const shown = new Set(this.#commits.map(({ commit }) => commit));
    const oldest = Math.min(...this.#commits.map(({ time }) => Date.parse(time)));
    const observed = await observedEvents(this.#options, this.#trail, oldest);
    const known = new Set<string>();
    for (const event of [...observed, ...derivedRewrites(this.#trail.commits)]) {
      const key = `${event.from} ${event.commit}`;
      if (event.kind !== 'rewrite' || known.has(key)) continue;
      known.add(key);
      if (!shown.has(event.from) || !shown.has(event.commit)) continue;
      const { evidence } = event;
      this.#edges.push({
        ...{ kind: 'rewritten_as', from: `c:${event.from}`, to: `c:${event.commit}`, evidence },
      });
    }
  }

  graph(): TrailGraph {
    const order = ['trace', 'step', 'patch'];
    const others = [...this.#nodes.values()].sort(
      (left, right) => order.indexOf(left.kind) - order.indexOf(right.kind),
    );
    return { nodes: [...this.#commits, ...others], edges: this.#edges, truncated: this.#truncated };
  }
}

interface Anchor {
  readonly patch: PatchFacts;
  readonly tiers: Set<Tier>;
  lines: number;
}
