/** Values of a layer in the shape that answers give them: what is a list of things stands as a list. */
import { type Fields, isFields } from '../base/fields.ts';
import type { FactLayer } from '../record/context.ts';
import { PROMPT_KEY } from './node-builder.ts';
import { instructionOf } from './starts.ts';

export type LayerContent = Readonly<Record<string, unknown>>;

/** `values` by their keys, each a value or the text it stands for. */
export function layerContent(layer: FactLayer, values: ReadonlyMap<string, unknown>): LayerContent {
  switch (layer) {
    case 'system':
      return systemContent(values);
    case 'tool_registry':
      return toolContent(values);
    case 'runtime_state':
      return plain([...values]);
  }
}

/** An instruction file that the model had; `load_reason` tells how it came there. */
export interface InstructionFileView {
  readonly path: string;
  /** `user`, `project`, or null where the session does not tell. */
  readonly scope: string | null;
  readonly load_reason: 'session_start' | 'attached';
  readonly content: unknown;
}

const FILE_KEY = 'file/';

function systemContent(values: ReadonlyMap<string, unknown>): LayerContent {
  const files: InstructionFileView[] = [];
  const rest: [string, unknown][] = [];
  let core: unknown = null;
  for (const [key, content] of values) {
    const seen = instructionOf(key);
    if (seen !== null) files.push({ ...seen, load_reason: 'session_start', content });
    else if (key.startsWith(FILE_KEY)) {
      files.push({ path: key.slice(FILE_KEY.length), scope: null, load_reason: 'attached', content });
    } else {
      rest.push([key, content]);
      if (key.startsWith(PROMPT_KEY)) core ??= content;
    }
  }
  return plain([['static_core_ref', core], ['claude_md_set', files], ...rest]);
}

export interface ToolView {
  readonly name: string;
  readonly description: string | null;
  readonly input_schema: unknown;
  readonly source: 'builtin' | 'mcp' | 'session';
  readonly source_path: null;
  /** `called`; `listed` or `off`, as the session said; `described` with its schema. */
  readonly known_by: string;
}

const TOOL_KEY = 'tool/';
const SERVER_KEY = 'mcp_server/';

function toolContent(values: ReadonlyMap<string, unknown>): LayerContent {
  const tools: ToolView[] = [];
  const servers: [string, unknown][] = [];
  const lists = new Map<string, unknown[]>([['deferred_tools', []]]);
  const rest: [string, unknown][] = [];
  for (const [key, value] of values) {
    const list = /^([a-z_]+)\/\d+$/.exec(key)?.[1];
    if (key.startsWith(TOOL_KEY)) tools.push(toolOf(key.slice(TOOL_KEY.length), value));
    else if (key.startsWith(SERVER_KEY)) servers.push([key.slice(SERVER_KEY.length), value]);
    else if (list !== undefined) lists.set(list, [...(lists.get(list) ?? []), value]);
    else rest.push([key, value]);
  }
  return plain([['tools', tools], ...lists, ['mcp_servers', plain(servers)], ...rest]);
}

const WORDS: ReadonlySet<unknown> = new Set(['called', 'listed', 'off']);

function toolOf(name: string, value: unknown): ToolView {
  const told = definitionOf(value);
  const { description, inputSchema, input_schema = inputSchema, parameters = input_schema } = told ?? {};
  return {
    name,
    description: typeof description === 'string' ? description : null,
    input_schema: parameters ?? null,
    source: told !== null ? 'session' : name.startsWith('mcp__') ? 'mcp' : 'builtin',
    source_path: null,
    known_by: WORDS.has(value) ? String(value) : 'described',
  };
}

/** A tool that came with its schema is kept as the JSON it was told in. */
function definitionOf(value: unknown): Fields | null {
  if (typeof value !== 'string' || !value.startsWith('{')) return null;
  try {
    const told: unknown = JSON.parse(value);
    return isFields(told) ? told : null;
  } catch {
    return null;
  }
}

/** Keys are data. */
function plain(entries: ReadonlyArray<readonly [string, unknown]>): LayerContent {
  const content: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) content[key] = value;
  return content;
}
