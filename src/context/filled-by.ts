/** `ctx step --tokens`: what filled a window, by layer, kind of text, tool and file. All numbers are estimates. */
import { callFactsOf } from '../record/call-facts.ts';
import { LAYER_TYPES, type LayerType, type PartName } from '../record/context.ts';
import type { Step } from '../record/step.ts';
import { callTokens, estimateTokens } from './estimate.ts';
import { layerAt, stepTextOf } from './layers.ts';
import { loadSteps, type OpenedContext } from './open.ts';
import { type ContextWindow, windowAt } from './window.ts';

export interface ToolTokens {
  readonly tool_name: string;
  readonly calls: number;
  readonly call_tokens: number;
  readonly result_tokens: number;
}

export interface FilledBy {
  readonly total: number;
  readonly by_layer: Readonly<Record<LayerType, number>>;
  readonly by_part: Readonly<Partial<Record<PartName, number>>>;
  /** Most tokens first. */
  readonly by_tool: readonly ToolTokens[];
  /** Files that calls in the window read or wrote, most tokens first. */
  readonly by_file: ReadonlyArray<{ readonly path: string; readonly tokens: number }>;
  /** Steps of the window that are damaged or not here, and count in `by_layer` only. */
  readonly steps_missing: number;
}

export async function filledBy(context: OpenedContext, step: number): Promise<FilledBy> {
  const window = windowAt(context.nodes, step);
  const { steps } = await loadSteps(
    context,
    window.entries.map(({ step: at }) => at),
  );
  const by_layer = { ...layerTokens(context, window), messages: window.tokens };
  const calls = new CallTokens();
  for (const entry of window.entries) {
    const found = steps.get(entry.step);
    if (found !== undefined) calls.add(found, new Set(entry.droppedResults));
  }
  return {
    total: LAYER_TYPES.reduce((sum, type) => sum + by_layer[type], 0),
    by_layer,
    by_part: partTokens(context, window),
    by_tool: calls.tools(),
    by_file: calls.files(),
    steps_missing: window.entries.length - steps.size,
  };
}

/** Layers hold what is in no message; a text that a message brought counts there. */
function layerTokens({ nodes }: OpenedContext, window: ContextWindow): Record<LayerType, number> {
  const sizes = { system: 0, messages: 0, tool_registry: 0, runtime_state: 0 };
  for (const layer of ['system', 'tool_registry'] as const) {
    for (const [key, value] of layerAt(nodes, layer, window).values) {
      const told = stepTextOf(value);
      if (told?.in_window === true) continue;
      if (told !== null) sizes[layer] += nodes.get(told.$step)?.tokens?.text ?? 0;
      else if (typeof value === 'object' && 'bytes' in value)
        sizes[layer] += Math.ceil(Number(value.bytes) / 4);
      else if (layer === 'system') sizes[layer] += estimateTokens(`${key}${JSON.stringify(value)}`);
    }
  }
  return sizes;
}

function partTokens({ nodes }: OpenedContext, window: ContextWindow): Partial<Record<PartName, number>> {
  const parts: Partial<Record<PartName, number>> = {};
  for (const { step, parts: present, tokens } of window.entries) {
    const sizes = nodes.get(step)?.tokens ?? {};
    const all = present.reduce((sum, part) => sum + (sizes[part] ?? 0), 0);
    for (const part of present) {
      const dropped = part === 'results' ? all - tokens : 0;
      parts[part] = (parts[part] ?? 0) + Math.max(0, (sizes[part] ?? 0) - dropped);
    }
  }
  return parts;
}

class CallTokens {
  readonly #tools = new Map<string, { calls: number; call_tokens: number; result_tokens: number }>();
  readonly #files = new Map<string, number>();

  add({ tool_calls, observations }: Step, dropped: ReadonlySet<string>): void {
    const results = new Map<string, number>();
    for (const { source_call_id, content } of observations) {
      if (dropped.has(source_call_id) || !content) continue;
      const size = typeof content === 'string' ? estimateTokens(content) : Math.ceil(content.bytes / 4);
      results.set(source_call_id, (results.get(source_call_id) ?? 0) + size);
    }
    for (const call of tool_calls) {
      const own = callTokens(call);
      const result = results.get(call.tool_call_id) ?? 0;
      const sum = this.#tools.get(call.tool_name) ?? { calls: 0, call_tokens: 0, result_tokens: 0 };
      this.#tools.set(call.tool_name, {
        calls: sum.calls + 1,
        call_tokens: sum.call_tokens + own,
        result_tokens: sum.result_tokens + result,
      });
      this.#addFiles(call, own + result);
    }
  }

  #addFiles(call: Step['tool_calls'][number], tokens: number): void {
    const { filesRead, filesEdited } = callFactsOf(call);
    const paths = [...new Set([...filesRead, ...filesEdited])];
    for (const path of paths) {
      this.#files.set(path, (this.#files.get(path) ?? 0) + Math.round(tokens / paths.length));
    }
  }

  tools(): ToolTokens[] {
    const all = [...this.#tools].map(([tool_name, sum]) => ({ tool_name, ...sum }));
    return all.sort((a, b) => b.call_tokens + b.result_tokens - a.call_tokens - a.result_tokens);
  }

  files(): Array<{ path: string; tokens: number }> {
    const all = [...this.#files].map(([path, tokens]) => ({ path, tokens }));
    return all.sort((left, right) => right.tokens - left.tokens);
  }
}
