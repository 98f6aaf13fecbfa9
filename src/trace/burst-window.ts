/** Which steps belong to a burst beside its edits: the requests before it, the tests and commits after it. */
import type { Activity, Turn } from './activity.ts';
import { inRange } from './range.ts';
import type { Segment } from './segment.ts';

export interface BurstWindow {
  /** First step: that of the oldest request that led to it, or its first edit. */
  readonly from: number;
  /** Last step: before the next request, or a commit of the work that was asked for separately. */
  readonly to: number;
  /** The requests that led to it; one that only had the burst before committed is not among them. */
  readonly turns: readonly Turn[];
}

/** One window per segment; they follow each other and never overlap. */
export function windowsOf(segments: readonly Segment[], activity: Activity): BurstWindow[] {
  let before = 0;
  return segments.map((segment, index) => {
    const to = endOf(segment, segments[index + 1], activity);
    const own = segment.turns.filter(({ step }) => step > before);
    const turns = own.length > 0 ? own : segment.turns;
    const from = own[0]?.step ?? segment.edits[0]!.step;
    before = to;
    return { from, to, turns };
  });
}

function endOf({ edits }: Segment, next: Segment | undefined, { commits, turns, steps }: Activity): number {
  const last = edits.at(-1)!.step;
  const nextEdit = next?.edits[0]?.step ?? steps + 1;
  const nextTurn = inRange(turns, last + 1, nextEdit - 1)[0]?.step ?? nextEdit;
  const commit = inRange(commits, edits[0]!.step, nextEdit - 1).at(-1)?.step ?? 0;
  return Math.max(nextTurn - 1, commit);
}
