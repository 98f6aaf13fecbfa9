/** Parts of lists in step order, found by bisection. */
import type { Step } from '../record/step.ts';
import type { MapNode } from './map-node.ts';

/** Items of steps `from` to `to` of a list in step order. */
export function inRange<T extends { readonly step: number }>(
  items: readonly T[],
  from: number,
  to: number,
): readonly T[] {
  return items.slice(
    lowerBound(items.length, (at) => items[at]!.step >= from),
    lowerBound(items.length, (at) => items[at]!.step > to),
  );
}

/** The same for steps, some of which may be missing. */
export function stepsInRange(steps: readonly Step[], from: number, to: number): readonly Step[] {
  return steps.slice(
    lowerBound(steps.length, (at) => steps[at]!.step_index >= from),
    lowerBound(steps.length, (at) => steps[at]!.step_index > to),
  );
}

/** The same for nodes. */
export function nodesInRange(nodes: readonly MapNode[], from: number, to: number): readonly MapNode[] {
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
