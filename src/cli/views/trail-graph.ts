/** Text view of `trail graph`: commits as `git log --graph` shows them, each with the patches it has lines of. */
import type { CommitNode, GraphEdge, GraphNode, TrailGraph } from '../../trail/graph.ts';
import { Lanes } from './lanes.ts';
import { count, oneLine, type Page, paint } from './page.ts';

export function trailGraphView(page: Page, graph: TrailGraph): string {
  const drawer = new GraphText(page, graph);
  const body = [drawer.commits(), drawer.openPatches(), drawer.subagents()].filter(Boolean).join('\n');
  const more = graph.truncated
    ? `${paint(page, 'dim', 'older ones are left out: --limit shows more')}\n`
    : '';
  return body === '' ? 'nothing hangs together here yet\n' : `${body}${more}`;
}

type EdgeOf<Kind extends GraphEdge['kind']> = Extract<GraphEdge, { kind: Kind }>;
type NodeOf<Kind extends GraphNode['kind']> = Extract<GraphNode, { kind: Kind }>;

class GraphText {
  readonly #page: Page;
  readonly #graph: TrailGraph;
  readonly #nodes: ReadonlyMap<string, GraphNode>;

  constructor(page: Page, graph: TrailGraph) {
    this.#page = page;
    this.#graph = graph;
    this.#nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  }

  #edges<Kind extends GraphEdge['kind']>(kind: Kind): EdgeOf<Kind>[] {
    return this.#graph.edges.filter((edge): edge is EdgeOf<Kind> => edge.kind === kind);
  }

  #all<Kind extends GraphNode['kind']>(kind: Kind): NodeOf<Kind>[] {
    return this.#graph.nodes.filter((node): node is NodeOf<Kind> => node.kind === kind);
  }

  commits(): string {
    const lanes = new Lanes();
    const parents = grouped(this.#edges('parent'), ({ from }) => from);
    const anchors = grouped(this.#edges('anchored_in'), ({ to }) => to);
    const sources = grouped(this.#edges('rewritten_as'), ({ to }) => to);
    const rows: string[] = [];
    for (const node of this.#all('commit')) {
      rows.push(...lanes.join(node.id));
      const from = (sources.get(node.id) ?? []).map((edge) => edge.from.slice(2, 10));
      rows.push(`${lanes.mark(node.id, '*')} ${this.#commitText(node, from)}`);
      const isLast = (parents.get(node.id) ?? []).length === 0;
      const side = isLast ? lanes.mark(node.id, '*').replace('*', ' ') : lanes.mark(node.id, '|');
      for (const edge of anchors.get(node.id) ?? []) rows.push(`${side}   ${this.#anchorText(edge)}`);
      rows.push(
        ...lanes.leave(
          node.id,
          (parents.get(node.id) ?? []).map(({ to }) => to),
        ),
      );
    }
    return rows.map((row) => `${row.trimEnd()}\n`).join('');
  }

  #commitText({ commit, time, subject, left }: CommitNode, from: readonly string[]): string {
    const head = paint(this.#page, 'yellow', commit.slice(0, 8));
    const notes = [
      ...(from.length > 0 ? [`from ${from.join(', ')}`] : []),
      ...(left ? ['on no branch'] : []),
    ];
    const more = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
    return `${head} ${time.slice(0, 10)} ${oneLine(subject, 60)}${more}`;
  }

  #anchorText({ from, lines, tiers }: EdgeOf<'anchored_in'>): string {
    const node = this.#nodes.get(from);
    if (node?.kind === 'step')
      return `${this.#placeText(node, `${node.step_index}`)}  ${count(lines, 'line')} (${tiers.join(', ')})`;
    if (node?.kind !== 'patch') return `${oneLine(from, 60)}  ${count(lines, 'line')}`;
    return `${this.#patchText(node)}  ${count(lines, 'line')} (${tiers.join(', ')})`;
  }

  #patchText(node: NodeOf<'patch'>): string {
    const place = this.#placeText(node, node.id.slice(node.id.lastIndexOf(':') + 1));
    return `${place}  ${oneLine(node.path, 60)}`;
  }

  #placeText({ trace_id }: { readonly trace_id: string }, place: string): string {
    const trace = this.#nodes.get(`t:${trace_id}`);
    const agent = trace?.kind === 'trace' ? trace.agent : 'unknown';
    return paint(this.#page, 'green', `${oneLine(agent, 40)} ${trace_id.slice(0, 8)}:${place}`);
  }

  openPatches(): string {
    const anchored = new Set(this.#edges('anchored_in').map(({ from }) => from));
    const open = this.#all('patch').filter(({ id }) => !anchored.has(id));
    if (open.length === 0) return '';
    return `in no commit:\n${open.map((node) => `    ${this.#patchText(node)}\n`).join('')}`;
  }

  subagents(): string {
    const rows = this.#edges('started').map(({ from, to }) => `    ${from.slice(2)} -> ${to.slice(2)}\n`);
    return rows.length === 0 ? '' : `sub-agents:\n${rows.join('')}`;
  }
}

function grouped<Edge>(edges: readonly Edge[], keyOf: (edge: Edge) => string): Map<string, Edge[]> {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) groups.set(keyOf(edge), [...(groups.get(keyOf(edge)) ?? []), edge]);
  return groups;
}
