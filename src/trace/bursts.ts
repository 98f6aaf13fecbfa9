/** Bursts: the edits made for one purpose, with what was asked, what was touched and how it went. */
import type { Activity, Patch } from './activity.ts';
import { type BurstIntent, inherited, intentOf, type Quote } from './burst-intent.ts';
import { type BurstWindow, windowsOf } from './burst-window.ts';
import { unitId } from './map-list.ts';
import type { MapNode, TraceMap } from './map-node.ts';
import { preview } from './preview.ts';
import { inRange, nodesInRange } from './range.ts';
import { type Segment, segmentEdits } from './segment.ts';

export interface BurstPatch {
  readonly patch_id: string;
  readonly file_path: string;
  readonly step_index: number;
  /** The commit that the session shows it went into; null when it shows none. */
  readonly commit_sha: string | null;
  /** The same as a reference: `c:<commit>`. */
  readonly git_anchor_id: string | null;
  /** `provisional`: a commit came after the edit in the same session; nobody compared their texts. */
  readonly evidence_firmness: 'provisional' | 'unknown';
  readonly evidence_tier: null;
}

export interface Burst extends MapNode {
  readonly ordinal: number;
  /** First and last step with an edit. */
  readonly step_range: readonly [number, number];
  /** The same with the request before it and what the agent still did after it; ranges of bursts never overlap. */
  readonly context_range: readonly [number, number];
  readonly intent: BurstIntent;
  /** Edits by path. */
  readonly unique_files: Readonly<Record<string, number>>;
  readonly patches: readonly BurstPatch[];
  readonly edit_count: number;
  /** Traces of sub-agents started within `context_range`: what these edited stands in their own bursts. */
  readonly subagent_refs: readonly string[];
  readonly burst_commit_sha: string | null;
  readonly has_git_anchor: boolean;
  readonly unique_git_anchors: readonly string[];
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
  const windows = windowsOf(segments, activity);
  const drafts = segments.map((segment, index) => burstOf(segment, index, windows[index]!, map, activity));
  let chain: readonly Quote[] = [];
  return drafts.map((burst, index) => {
    const intent = burst.intent.spec_chain.length > 0 ? burst.intent : inherited(burst.intent, chain);
    chain = intent.spec_chain;
    const id = (other: number): string | null => (drafts[other] === undefined ? null : drafts[other].node_id);
    return { ...burst, intent, previous_node_id: id(index - 1), next_node_id: id(index + 1) };
  });
}

function burstOf(
  segment: Segment,
  index: number,
  { from, to, turns }: BurstWindow,
  map: TraceMap,
  activity: Activity,
): Burst {
  const first = segment.edits[0]!.step;
  const last = segment.edits.at(-1)!.step;
  const patches = segment.edits.flatMap((edit) => edit.patches);
  const commit = inRange(activity.commits, last, to)[0] ?? inRange(activity.commits, first, to).at(-1);
  const calls = inRange(activity.calls, first, last);
  const tests = inRange(activity.tests, first, to);
  const intent = intentOf(turns, commit?.sha ?? null, commit?.subject ?? null);
  const anchor = commit === undefined ? null : `c:${commit.sha}`;
  const anchors = anchor === null ? [] : [anchor];
  const nodes = nodesInRange(map.nodes, first, to).filter((node) => CONTRIBUTING.has(node.action_type));
  const paths = [...new Set(patches.map(({ path }) => path))];
  return {
    node_id: `tmn:${activity.traceId}:burst:${index + 1}`,
    unit_id: unitId(activity.traceId, first),
    action_type: 'change_burst',
    ordinal: index + 1,
    step_index: first,
    start_step_index: first,
    end_step_index: last,
    step_range: [first, last],
    context_range: [from, to],
    parent_node_id: null,
    previous_node_id: null,
    next_node_id: null,
    tool_name: null,
    tool_call_id: null,
    files_read: [],
    files_modified: paths,
    anchor_refs: anchors,
    patch_refs: patches.map(({ patchId }) => patchId),
    signal_refs: [...new Set(nodes.flatMap(({ signal_refs }) => signal_refs))],
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
      git_anchor_id: anchor,
      evidence_firmness: commit === undefined ? 'unknown' : 'provisional',
      evidence_tier: null,
    })),
    edit_count: patches.length,
    subagent_refs: inRange(activity.calls, from, to).flatMap(
      ({ call }) => call.subagent_trajectory_ref ?? [],
    ),
    burst_commit_sha: commit?.sha ?? null,
    has_git_anchor: commit !== undefined,
    unique_git_anchors: anchors,
    contributing_node_ids: nodes.map(({ node_id }) => node_id),
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
