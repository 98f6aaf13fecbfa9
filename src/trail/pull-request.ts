/** What a branch brings, told by who asked for what: the facts behind the text of a pull request. */
import { OtError } from '../base/errors.ts';
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { attribute } from './attribute.ts';
import { type BroughtLines, broughtLines } from './brought-lines.ts';
import { sessionsOfCommits } from './commit-sessions.ts';
import { type HistoryCommit, readCommit } from './history.ts';
import { promptText } from './prompt-text.ts';
import type { PlacedPatch } from './read-edits.ts';
import type { Relation } from './relations.ts';
import { commitNamed, type TrailRepository } from './repository.ts';
import { type StoredRange, TrailStore } from './store.ts';
import { type Survival, type TrackedPatch, trackPatches } from './track.ts';
import { Trail, type TrailOptions } from './trail.ts';
import { type Prompt, promptFinder } from './turns.ts';
import { idOfRange } from './verify-findings.ts';

/** Why a commit is not known to come from a session. */
export type NoLineage =
  /** It changes white space, names of files or what is no text, or takes lines of nobody known away. */
  | 'no_new_lines'
  /** It is older than the first edit of any session here. */
  | 'before_first_edit'
  /** No session edited any of its files. */
  | 'files_not_edited'
  /** Sessions edited its files, and none of its lines is known to be theirs. */
  | 'no_line_matched';

export interface PrCommit {
  readonly commit: Oid;
  readonly subject: string;
  /** Lines with a letter or digit that it brought, and how many of them agents wrote. */
  readonly lines: number;
  readonly agent_lines: number;
  /** How sessions had a part in it that wrote no line of it. */
  readonly relations: readonly Relation[];
  /** Null for a commit that comes from a session, and for a merge that brings nothing of its own. */
  readonly without_lineage: NoLineage | null;
}

/** A prompt that led to lines of the branch. */
export interface PrIntent {
  readonly trace_id: string;
  readonly agent: string;
  /** Null for what no prompt came before. */
  readonly prompt_step: number | null;
  /** Its beginning; null where it is not here. */
  readonly prompt: string | null;
  readonly lines: number;
}

export interface PrFile {
  readonly path: string;
  readonly lines: number;
  readonly agent_lines: number;
}

export interface PullRequest {
  readonly base: Oid;
  readonly head: Oid;
  readonly intents: readonly PrIntent[];
  /** The oldest first. */
  readonly commits: readonly PrCommit[];
  readonly files: readonly PrFile[];
  /** Of patches with lines in these commits, at HEAD. */
  readonly survival: {
    readonly patches: Readonly<Partial<Record<Survival, number>>>;
    readonly authored_line_count: number;
    readonly preserved_line_count: number;
    readonly retention_fraction: number | null;
  };
}

/** `base` as typed. Throws `OT_COMMIT_NOT_FOUND` (exit 6), `OT_BASE_UNKNOWN` (exit 2). */
export async function pullRequest(options: TrailOptions, base: string | null): Promise<PullRequest> {
  const { repository } = options;
  const head = await commitNamed(repository, 'HEAD');
  const from = base === null ? await usualBase(repository) : await commitNamed(repository, base);
  const trail = await Trail.open(options);
  await attribute(options, trail);
  const reader = new BranchReader(options, trail);
  for (const oid of await commitsBetween(repository, from, head)) await reader.add(oid);
  await reader.relate();
  const wanted = (patch: PlacedPatch): boolean => reader.hasLinesOf(patch);
  const { intents, ...facts } = reader.facts(await trackPatches({ ...options, wanted }));
  const asked = await Promise.all(
    intents.map(async ({ trace_id, prompt_step: step }) =>
      step === null ? null : promptText(options, trail, { trace_id, step }),
    ),
  );
  return { base: from, head, intents: intents.map((row, at) => ({ ...row, prompt: asked[at]! })), ...facts };
}

/** Where branches usually go. */
const BASES = ['refs/remotes/origin/HEAD', 'refs/heads/main', 'refs/heads/master'];

async function usualBase(repository: TrailRepository): Promise<Oid> {
  for (const name of BASES) {
    const found = await commitNamed(repository, name).catch((error: unknown) => {
      if (error instanceof OtError && error.kind === 'not_found') return null;
      throw error;
    });
    if (found !== null) return found;
  }
  throw new OtError('OT_BASE_UNKNOWN', 'usage', 'there is neither origin/HEAD nor main nor master here', {
    hint: 'say what the branch is to be merged into: --base COMMIT',
  });
}

async function commitsBetween(
  { git, gitDir }: TrailRepository,
  base: Oid,
  head: Oid,
): Promise<readonly Oid[]> {
  const args = ['rev-list', '--topo-order', '--reverse', head, `^${base}`, '--'];
  return (await git.text(args, { gitDir })).split('\n').filter(Boolean);
}

interface BranchFacts extends Omit<PullRequest, 'base' | 'head' | 'intents'> {
  readonly intents: ReadonlyArray<Omit<PrIntent, 'prompt'>>;
}

class BranchReader {
  readonly #options: TrailOptions;
  readonly #trail: Trail;
  readonly #store: TrailStore;
  readonly #edited: ReadonlySet<string>;
  readonly #promptAt: (trace: number, step: number) => Prompt | null;
  readonly #commits: PrCommit[] = [];
  readonly #open: HistoryCommit[] = [];
  readonly #intents = new Map<string, Omit<PrIntent, 'prompt' | 'lines'> & { lines: number }>();
  readonly #files = new Map<string, { lines: number; agentLines: number }>();
  readonly #patches = new Set<string>();

  constructor(options: TrailOptions, trail: Trail) {
    this.#options = options;
    this.#trail = trail;
    this.#store = new TrailStore(options.database, options.repository);
    this.#edited = new Set(trail.paths.flatMap((path) => [...trail.connected(path)]));
    this.#promptAt = promptFinder(options.database);
  }

  async add(oid: Oid): Promise<void> {
    const { git, gitDir, objects } = this.#options.repository;
    const known = this.#trail.commit(oid);
    const commit = known ?? (await readCommit(git, gitDir, oid));
    const files = await broughtLines(objects, this.#trail.entriesIn(oid));
    const changes = new Map(this.#store.changesOf(oid).map(({ path, ranges }) => [path, ranges]));
    let agentLines = 0;
    for (const file of files) agentLines += this.#addFile(file, changes.get(file.path) ?? []);
    const lines = files.reduce((sum, file) => sum + file.lines.size, 0);
    const isPlainMerge = commit.parents.length > 1 && lines === 0;
    const without_lineage = agentLines > 0 || isPlainMerge ? null : this.#reasonFor(known, files, lines);
    if (without_lineage !== null && known !== null) this.#open.push(known);
    const { subject } = commit;
    this.#commits.push({
      ...{ commit: oid, subject, lines, agent_lines: agentLines, relations: [], without_lineage },
    });
  }

  /** Commits without lines of agents may come from a session all the same; what is only possible counts for nothing. */
  async relate(): Promise<void> {
    const found = await sessionsOfCommits(this.#options, this.#trail, this.#open);
    for (const [at, commit] of this.#commits.entries()) {
      const sessions = (found.get(commit.commit) ?? []).filter(({ firmness }) => firmness !== 'possible');
      if (sessions.length === 0) continue;
      const relations = [...new Set(sessions.map(({ relation }) => relation))].sort();
      this.#commits[at] = { ...commit, relations, without_lineage: null };
    }
  }

  #reasonFor(known: HistoryCommit | null, files: readonly BroughtLines[], lines: number): NoLineage {
    if (known === null) return 'before_first_edit';
    if (lines === 0) return 'no_new_lines';
    return files.some(({ path }) => this.#edited.has(path)) ? 'no_line_matched' : 'files_not_edited';
  }

  /** Gives how many of the lines are of agents. */
  #addFile({ path, lines }: BroughtLines, ranges: readonly StoredRange[]): number {
    let agentLines = 0;
    for (const range of ranges) {
      let owned = 0;
      for (let line = range.start; line <= range.end; line += 1) if (lines.has(line)) owned += 1;
      agentLines += owned;
      this.#patches.add(idOfRange(range));
      if (owned > 0) this.#addIntent(range, owned);
    }
    const known = this.#files.get(path) ?? { lines: 0, agentLines: 0 };
    this.#files.set(path, { lines: known.lines + lines.size, agentLines: known.agentLines + agentLines });
    return agentLines;
  }

  #addIntent({ traceId, step }: StoredRange, lines: number): void {
    const session = this.#trail.session(traceId);
    if (session === null) return;
    const asked = this.#promptAt(session.id, step);
    const key = `${traceId}:${asked?.step ?? 0}`;
    const known = this.#intents.get(key);
    if (known !== undefined) known.lines += lines;
    else {
      const prompt_step = asked?.step ?? null;
      this.#intents.set(key, { trace_id: traceId, agent: session.agent, prompt_step, lines });
    }
  }

  hasLinesOf({ session, step, ordinal }: PlacedPatch): boolean {
    return this.#patches.has(patchIdOf(session.trace_id, step, ordinal));
  }

  facts(tracked: readonly TrackedPatch[]): BranchFacts {
    const files = [...this.#files].map(([path, { lines, agentLines }]) => {
      return { path, lines, agent_lines: agentLines };
    });
    return {
      intents: [...this.#intents.values()],
      commits: this.#commits,
      files: files.sort((left, right) => (left.path < right.path ? -1 : 1)),
      survival: survivalOf(tracked),
    };
  }
}

function survivalOf(patches: readonly TrackedPatch[]): PullRequest['survival'] {
  const states = new Map<Survival, number>();
  let [authored, preserved] = [0, 0];
  for (const { current_survival: state, authored_line_count, preserved_line_count } of patches) {
    states.set(state, (states.get(state) ?? 0) + 1);
    authored += authored_line_count;
    preserved += preserved_line_count;
  }
  return {
    patches: Object.fromEntries([...states].sort(([left], [right]) => (left < right ? -1 : 1))),
    authored_line_count: authored,
    preserved_line_count: preserved,
    retention_fraction: authored === 0 ? null : Math.round((preserved / authored) * 10_000) / 10_000,
  };
}
