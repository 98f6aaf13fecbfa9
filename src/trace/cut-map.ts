/** A part of a map. */
import type { MapNode, TraceMap } from './map-node.ts';

/** Some nodes with the edges between them, and those to files and other traces. */
export function cutMap({ edges }: TraceMap, nodes: readonly MapNode[]): TraceMap {
  const kept = new Set(nodes.map(({ node_id }) => node_id));
  const here = (id: string | null): string | null => (id !== null && kept.has(id) ? id : null);
  return {
    nodes: nodes.map((node) => ({
      ...node,
      previous_node_id: here(node.previous_node_id),
      next_node_id: here(node.next_node_id),
    })),
    edges: edges.filter(({ from, to }) => kept.has(from) && (kept.has(to) || !to.startsWith('tmn:'))),
  };
}
