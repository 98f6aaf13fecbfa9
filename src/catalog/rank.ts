/** The order of hits: the step itself first, then what its session says beside it. */

export interface Scored {
  readonly trace: number;
  readonly step: number;
  readonly score: number;
}

/** How far neighbours of a step speak for it, in steps. */
const NEAR = 3;
const NEIGHBOUR_WEIGHT = 0.15;
const SESSION_WEIGHT = 0.15;

/**
 * The same hits in their final order, scores adjusted: a step gains from matching steps near it, and from the
 * best of its session. Deterministic: ties go by trace and step.
 */
export function rerank(hits: readonly Scored[]): Scored[] {
  const byTrace = new Map<number, Map<number, number>>();
  for (const { trace, step, score } of hits) {
    const steps = byTrace.get(trace) ?? new Map<number, number>();
    byTrace.set(trace, steps.set(step, score));
  }
  const adjusted = hits.map((hit) => ({ ...hit, score: adjustedScore(hit, byTrace.get(hit.trace)!) }));
  return adjusted.sort((a, b) => b.score - a.score || a.trace - b.trace || a.step - b.step);
}

function adjustedScore({ step, score }: Scored, steps: ReadonlyMap<number, number>): number {
  let near = 0;
  for (let distance = 1; distance <= NEAR; distance += 1) {
    near += ((steps.get(step - distance) ?? 0) + (steps.get(step + distance) ?? 0)) / distance;
  }
  const best = Math.max(...steps.values());
  return score + NEIGHBOUR_WEIGHT * Math.min(near, best) + SESSION_WEIGHT * sessionScore(steps);
}

/** Grows slowly with the number of steps that match, so that long sessions do not win by length. */
function sessionScore(steps: ReadonlyMap<number, number>): number {
  const top = [...steps.values()].sort((left, right) => right - left).slice(0, 4);
  return top.reduce((sum, score, place) => sum + score / (place + 1), 0);
}
