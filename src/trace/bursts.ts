/** Bursts: the edits made for one purpose, with what was asked, what was touched and how it went. */
import type { Activity, Patch, Turn } from './activity.ts';
import { preview } from './map.ts';
import type { MapNode, TraceMap } from './map-node.ts';
import { SEGMENTATION, type Segment, segmentEdits, weightOf } from './segment.ts';

export interface Quote {
  readonly step_index: number;
  readonly text: string;
}

export interface BurstIntent {
  /** The last request before the first edit: often only a word to go on. */
  readonly trigger: Quote | null;
  /** The request that says most among those that led here. */
  readonly most_substantive_spec: Quote | null;
  /** Every request since the burst before, oldest first; of a burst without one, those of the burst before. */
  readonly spec_chain: readonly Quote[];
  /** The commit that was made of it, as git abbreviated it in the session; null when none was seen. */
  readonly burst_commit_sha: string | null;
  readonly commit_subject: string | null;
}

export interface BurstPatch {
  readonly patch_id: string;
  readonly file_path: string;
  readonly step_index: number;
  readonly commit_sha: string | null;
}

export interface Burst extends MapNode {
  readonly ordinal: number;
  /** First and last step with an edit. */
  readonly step_range: readonly [number, number];
  readonly intent: BurstIntent;
  /** Edits by path. */
  readonly unique_files: Readonly<Record<string, number>>;
  readonly patches: readonly BurstPatch[];
  readonly edit_count: number;
  readonly burst_commit_sha: string | null;
  readonly has_git_anchor: boolean;
  /** Nodes from the first edit up to the next burst's trigger that edit, test, fail or commit. */
  readonly contributing_node_ids: readonly string[];
  /** Calls per step of the range. */
  readonly tool_call_density: number;
  readonly quality_signals: Readonly<
    Record<
      'tool_call_count' | 'error_signal_count' | 'test_run_count' | 'tests_passed' | 'tests_failed',
      number
    >
  >;
  readonly blast_radius: Readonly<
    Record<
      | 'lines_added'
      | 'lines_removed'
      | 'files_touched'
      | 'test_files_touched'
      | 'docs_files_touched'
      | 'src_files_touched',
      number
    >
  >;
}

const MAX_TRIGGER = 200;
const MAX_SPEC = 500;
const MAX_CHAIN = 20;
const CONTRIBUTING: ReadonlySet<string> = new Set([
  'file_edit',
  'patch_created',
  'test_run',
  'error_signal',
  'git_anchor',
]);

/** Bursts in order; a trace without edits has none. Pure. */
export function burstsOf(map: TraceMap, activity: Activity): Burst[] {
  const segments = segmentEdits(activity);
  const drafts = segments.map((segment, index) =>
    burstOf(segment, index, windowOf(segments, index, activity), map, activity),
  );
  let chain: readonly Quote[] = [];
  return drafts.map((burst, index) => {
    const intent = burst.intent.spec_chain.length > 0 ? burst.intent : inherited(burst.intent, chain);
    chain = intent.spec_chain;
    const id = (other: number): string | null => (drafts[other] === undefined ? null : drafts[other].node_id);
    return { ...burst, intent, previous_node_id: id(index - 1), next_node_id: id(index + 1) };
  });
}

/** Steps of which a burst gives account: from its first edit to what the next one was asked by. */
function windowOf(
  segments: readonly Segment[],
  index: number,
  activity: Activity,
): readonly [number, number] {
  const next = segments[index + 1];
  const end =
    next === undefined ? Number.POSITIVE_INFINITY : (next.turns[0]?.step ?? next.edits[0]!.step) - 1;
  const start = segments[index]!.edits[0]!.step;
  const nextStep = next === undefined ? Number.POSITIVE_INFINITY : next.edits[0]!.step;
  const commit = inRange(activity.commits, start, nextStep - 1).at(-1);
  return [start, Math.max(end, commit?.step ?? 0)];
}

function burstOf(
  segment: Segment,
  index: number,
  [from, to]: readonly [number, number],
  map: TraceMap,
  activity: Activity,
): Burst {
  const first = segment.edits[0]!.step;
  const last = segment.edits.at(-1)!.step;
  const patches = segment.edits.flatMap((edit) => edit.patches);
  const commit = inRange(activity.commits, last, to)[0] ?? inRange(activity.commits, from, to).at(-1);
  const calls = inRange(activity.calls, first, last);
  const tests = inRange(activity.tests, from, to);
  const intent = intentOf(segment.turns, commit?.sha ?? null, commit?.subject ?? null);
  const paths = [...new Set(patches.map(({ path }) => path))];
  return {
    node_id: `tmn:${activity.traceId}:burst:${index + 1}`,
    action_type: 'change_burst',
    ordinal: index + 1,
    step_index: first,
    start_step_index: first,
    end_step_index: last,
    step_range: [first, last],
    parent_node_id: null,
    previous_node_id: null,
    next_node_id: null,
    tool_name: null,
    tool_call_id: null,
    files_read: [],
    files_modified: paths,
    anchor_refs: commit === undefined ? [] : [`c:${commit.sha}`],
    patch_refs: patches.map(({ patchId }) => patchId),
    text_preview: preview(intent.most_substantive_spec?.text ?? ''),
    confidence: 'heuristic',
    active_user_step: intent.trigger?.step_index ?? null,
    metadata: {},
    intent,
    unique_files: countsOf(patches),
    patches: patches.map((patch) => ({
      patch_id: patch.patchId,
      file_path: patch.path,
      step_index: patch.step,
      commit_sha: commit?.sha ?? null,
    })),
    edit_count: patches.length,
    burst_commit_sha: commit?.sha ?? null,
    has_git_anchor: commit !== undefined,
    contributing_node_ids: nodesInRange(map.nodes, from, to)
      .filter((node) => CONTRIBUTING.has(node.action_type))
      .map(({ node_id }) => node_id),
    tool_call_density: Math.round((calls.length / (last - first + 1)) * 100) / 100,
    quality_signals: {
      tool_call_count: calls.length,
      error_signal_count: calls.filter((call) => call.failed).length,
      test_run_count: tests.length,
      tests_passed: tests.filter(({ result }) => result.status === 'passed').length,
      tests_failed: tests.filter(({ result }) => result.status === 'failed').length,
    },
    blast_radius: blastRadius(patches, paths),
  };
}

/** Items of steps `from` to `to` of a list in step order. */
function inRange<T extends { readonly step: number }>(
  items: readonly T[],
  from: number,
  to: number,
): readonly T[] {
  return items.slice(
    lowerBound(items.length, (at) => items[at]!.step >= from),
    lowerBound(items.length, (at) => items[at]!.step > to),
  );
}

function nodesInRange(nodes: readonly MapNode[], from: number, to: number): readonly MapNode[] {
  return nodes.slice(
    lowerBound(nodes.length, (at) => nodes[at]!.step_index >= from),
    lowerBound(nodes.length, (at) => nodes[at]!.step_index > to),
  );
}

/** The first of `length` places where `reached` is true, which it stays from there on. */
function lowerBound(length: number, reached: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function intentOf(turns: readonly Turn[], sha: string | null, subject: string | null): BurstIntent {
  const trigger = turns.at(-1);
  return {
    trigger: trigger === undefined ? null : quote(trigger, MAX_TRIGGER),
    most_substantive_spec: mostSubstantive(turns),
    spec_chain: turns.slice(-MAX_CHAIN).map((turn) => quote(turn, MAX_SPEC)),
    burst_commit_sha: sha,
    commit_subject: subject,
  };
}

/** The request that says most; of equal ones the later. What is pasted in bulk does not say more than a page. */
function mostSubstantive(turns: readonly Turn[]): Quote | null {
  let best: Turn | null = null;
  let most = -1;
  for (const turn of turns) {
    const weight = Math.min(weightOf(turn.text), PAGE);
    if (weight < most) continue;
    [best, most] = [turn, weight];
  }
  return best === null ? null : quote(best, MAX_SPEC);
}

const PAGE = 20 * SEGMENTATION.shortRequest;

function inherited(intent: BurstIntent, chain: readonly Quote[]): BurstIntent {
  const turns = chain.map(({ step_index: step, text }) => ({ step, text, time: null }));
  return { ...intentOf(turns, intent.burst_commit_sha, intent.commit_subject), spec_chain: chain };
}

function quote({ step, text }: Turn, length: number): Quote {
  return { step_index: step, text: preview(text, length) };
}

function countsOf(patches: readonly Patch[]): Record<string, number> {
  const counts: Record<string, number> = Object.create(null);
  for (const { path } of patches) counts[path] = (counts[path] ?? 0) + 1;
  return counts;
}

function blastRadius(patches: readonly Patch[], paths: readonly string[]): Burst['blast_radius'] {
  const kinds = paths.map(kindOfFile);
  const of = (kind: string): number => kinds.filter((each) => each === kind).length;
  return {
    lines_added: patches.reduce((sum, patch) => sum + patch.added, 0),
    lines_removed: patches.reduce((sum, patch) => sum + patch.removed, 0),
    files_touched: paths.length,
    test_files_touched: of('test'),
    docs_files_touched: of('docs'),
    src_files_touched: of('src'),
  };
}

function kindOfFile(path: string): 'test' | 'docs' | 'src' {
  if (
    /(?:^|[/\\])(?:__tests__|tests?|specs?)[/\\]|[._-](?:test|spec)\.[a-z]{1,5}$|(?:^|[/\\])test_[^/\\]{1,200}$/i.test(
      path,
    )
  )
    return 'test';
  return /\.(?:md|mdx|rst|adoc|txt)$|(?:^|[/\\])docs?[/\\]/i.test(path) ? 'docs' : 'src';
}
