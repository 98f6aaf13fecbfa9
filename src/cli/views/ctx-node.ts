/** Text views of a context node: its layers, and what filled its window. */
import type { FilledBy } from '../../context/filled-by.ts';
import type { InstructionFileView, LayerContent, ToolView } from '../../context/layer-content.ts';
import type { ContextMessage, MessagesContent } from '../../context/messages.ts';
import type { LayerView, NodeView } from '../../context/node-view.ts';
import { count, fields, lineEnd, oneLine, type Page, paint, printable, table } from './page.ts';

/** A heading, a line for each layer, the messages, and the values of the others. */
export function nodeView(page: Page, node: NodeView): string {
  return `${headView(page, node)}${node.layers.map((layer) => layerView(page, layer)).join('')}`;
}

function headView(page: Page, node: NodeView): string {
  const parent = node.parent_node_id === null ? 'a root' : `after ${node.parent_node_id.split(':').at(-1)}`;
  return fields(page, [
    ['node', node.node_id],
    ['branch', `${node.branch_type}, ${parent}`],
    ['window', windowText(node)],
    ...(node.subagent_trace_ids.length === 0
      ? []
      : [['started', node.subagent_trace_ids.map(printable).join(', ')] as const]),
  ]);
}

function windowText({ token_estimate, billed_input_tokens: billed }: NodeView): string {
  const text = `about ${count(token_estimate, 'token')}`;
  return billed === null ? text : `${text}; the call was billed ${count(billed, 'token')}`;
}

function layerView(page: Page, layer: LayerView): string {
  const why = layer.reasons.length === 0 ? '' : `: ${layer.reasons.join(', ')}`;
  const head = `${paint(page, 'bold', layer.layer_type)}  ${layer.completeness}${why}`;
  if (layer.content === undefined) return `\n${head}\n`;
  const body =
    layer.layer_type === 'messages'
      ? messagesView(layer.content as MessagesContent)
      : valuesView(page, layer.content as LayerContent);
  return `\n${head}\n${body}`;
}

function valuesView(page: Page, content: LayerContent): string {
  return Object.entries(content)
    .flatMap(([key, value]) => valueLines(key, value))
    .map(([name, value]) => {
      const text = valueText(value);
      const shown = lineEnd(name, Math.max(20, page.columns - 24));
      return `  ${shown}  ${oneLine(text, Math.max(20, page.columns - shown.length - 4))}\n`;
    })
    .join('');
}

/** A text that was not asked for is told by its size, or the step that holds it. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { $blob, bytes, $step } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof $blob === 'string') return count(Number(bytes), 'byte');
  return typeof $step === 'number' ? `text of step ${$step}` : JSON.stringify(value);
}

/** A line for each thing of a list. */
function valueLines(key: string, value: unknown): [string, unknown][] {
  switch (key) {
    case 'static_core_ref':
      return [];
    case 'claude_md_set':
      return (value as InstructionFileView[]).map(({ path, content }) => [path, content]);
    case 'tools':
      return (value as ToolView[]).map(({ name, known_by }) => [`tool/${name}`, known_by]);
    case 'mcp_servers':
      return Object.entries(value as object).map(([name, state]) => [`mcp_server/${name}`, state]);
    default:
      return Array.isArray(value) && value.length === 0 ? [] : [[key, value]];
  }
}

function messagesView({ messages, compacted_at_step }: MessagesContent): string {
  const from = compacted_at_step === null ? '' : `  behind the compaction at step ${compacted_at_step}\n`;
  return `${from}${messages.map((message) => messageView(message)).join('')}`;
}

function messageView(message: ContextMessage): string {
  const { step_index, role, parts, token_estimate, dropped_results: dropped } = message;
  const lost = dropped.length === 0 ? '' : `, ${count(dropped.length, 'result')} dropped`;
  const head = `  #${step_index} ${role}  ${parts.join(' ')}  ~${token_estimate}${lost}\n`;
  const texts = [message.reasoning, message.content].filter((text) => typeof text === 'string');
  const calls = (message.tool_calls ?? []).map(
    ({ tool_name, input }) => `> ${tool_name} ${oneLine(JSON.stringify(input) ?? '', 200)}`,
  );
  const results = (message.results ?? []).flatMap(({ content }) =>
    typeof content === 'string' ? [`< ${content}`] : [],
  );
  return `${head}${[...texts, ...calls, ...results].map(indented).join('')}`;
}

function indented(text: string): string {
  const lines = printable(text).split('\n');
  return lines.map((line) => `${`      ${line}`.trimEnd()}\n`).join('');
}

const MOST_FILES = 20;

/** Tables by layer, part, tool and file. */
export function filledByView(page: Page, node: NodeView, tokens: FilledBy): string {
  const share = (part: number): string => `${Math.round((100 * part) / Math.max(1, tokens.total))}%`;
  const row = (name: string, part: number): string[] => [String(part), share(part), name];
  const byTool = tokens.by_tool.map(({ tool_name, calls, call_tokens, result_tokens }) =>
    row(`${tool_name} (${count(calls, 'call')})`, call_tokens + result_tokens),
  );
  const tables: ReadonlyArray<readonly [string, string[][]]> = [
    ['layer', Object.entries(tokens.by_layer).map(([name, part]) => row(name, part))],
    ['part', Object.entries(tokens.by_part).map(([name, part]) => row(name, part ?? 0))],
    ['tool', byTool],
    ['file', tokens.by_file.slice(0, MOST_FILES).map(({ path, tokens: part }) => row(path, part))],
  ];
  const shown = tables.filter(([, rows]) => rows.length > 0);
  return `${headView(page, node)}${shown
    .map(([name, rows]) => `\n${table(page, ['tokens', 'share', name], rows)}`)
    .join('')}`;
}
