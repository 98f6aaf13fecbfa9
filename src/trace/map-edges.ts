/** Edges of a trace map: at most a few per node, however long the trace. */
import type { MapEdge, MapNode } from './map-node.ts';

/** Edges in the order of the nodes they start from. */
export function edgesOf(nodes: readonly MapNode[]): MapEdge[] {
  const edges: MapEdge[] = [];
  const link = (edge_type: MapEdge['edge_type'], from: MapNode, to: string): void => {
    edges.push({ edge_type, from: from.node_id, to });
  };
  const pending = { tested: [] as MapNode[], anchored: [] as MapNode[] };
  const byId = new Map(nodes.map((node) => [node.node_id, node]));
  for (const node of nodes) {
    if (node.next_node_id !== null) link('previous_next', node, node.next_node_id);
    linkToParent(node, byId, link);
    linkFiles(node, link);
    linkWork(node, pending, link);
  }
  return edges;
}

type Link = (type: MapEdge['edge_type'], from: MapNode, to: string) => void;

/** A call causes its result and its effects; an instruction has its turn's nodes as children. */
function linkToParent(node: MapNode, byId: ReadonlyMap<string, MapNode>, link: Link): void {
  const parent = node.parent_node_id === null ? undefined : byId.get(node.parent_node_id);
  if (parent === undefined) return;
  link(parent.action_type === 'user_instruction' ? 'parent_child' : 'causes', parent, node.node_id);
}

function linkFiles(node: MapNode, link: Link): void {
  if (node.action_type === 'file_read')
    for (const path of node.files_read) link('observes', node, `file:${path}`);
  if (node.action_type === 'patch_created')
    for (const path of node.files_modified) link('edits', node, `file:${path}`);
  const child = node.metadata.subagent_trace_id;
  if (typeof child === 'string') link('subagent', node, `t:${child}`);
}

/** A test run tests the patches since the run before it, a commit holds those since the commit before it. */
function linkWork(node: MapNode, pending: { tested: MapNode[]; anchored: MapNode[] }, link: Link): void {
  if (node.action_type === 'patch_created') {
    pending.tested.push(node);
    pending.anchored.push(node);
  } else if (node.action_type === 'test_run') {
    for (const patch of pending.tested.splice(0)) link('tests', node, patch.node_id);
  } else if (node.action_type === 'git_anchor') {
    for (const patch of pending.anchored.splice(0)) link('anchors', node, patch.node_id);
  }
}
