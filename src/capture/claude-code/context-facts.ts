/** What entries of a Claude Code session tell of the system, tool and runtime layers of the context. */
import type { FactLayer } from '../../record/context.ts';
import type { ContextNotes } from '../shared/context-notes.ts';
import { type Fields, fieldsOf, filledOf, listOf } from '../shared/fields.ts';

/** Keys of any entry that tell of the program's state. */
const ENVELOPE: ReadonlyArray<readonly [string, string]> = [
  ['cwd', 'cwd'],
  ['version', 'agent_version'],
  ['gitBranch', 'git_branch'],
  ['permissionMode', 'permission_mode'],
  ['entrypoint', 'entrypoint'],
  ['effort', 'effort_level'],
];

/** Attachments whose text stands for something of a layer: their type to layer and key. */
const TEXTS: ReadonlyMap<string, readonly [FactLayer, string]> = new Map([
  ['skill_listing', ['tool_registry', 'skills']],
  ['agent_listing_delta', ['tool_registry', 'agents']],
  ['deferred_tools_delta', ['tool_registry', 'deferred_tools']],
  ['mcp_instructions_delta', ['tool_registry', 'mcp_instructions']],
  ['output_style', ['system', 'output_style']],
]);

/** Attachments that bring a file of instructions before the model. */
const INSTRUCTIONS: ReadonlySet<string> = new Set(['nested_memory', 'relevant_memories', 'memory']);

/** Notes what an entry tells; `step` is the one it opened, or the next one. */
export function noteContext(notes: ContextNotes, fields: Fields, step: number): void {
  for (const [key, name] of ENVELOPE) {
    const value = filledOf(fields[key]);
    if (value !== undefined) notes.note(step, 'runtime_state', name, value);
  }
  if (fields.type === 'attachment') noteAttachment(notes, fields, step);
  else if (fields.type === 'system' && fields.subtype === 'init') noteInit(notes, fields, step);
}

function noteAttachment(notes: ContextNotes, fields: Fields, step: number): void {
  const attachment = fieldsOf(fields.attachment) ?? {};
  const type = filledOf(attachment.type) ?? '';
  const known = TEXTS.get(type);
  if (known !== undefined)
    notes.note(step, known[0], `${known[1]}/${step}`, { $step: step, in_window: true });
  const path = filledOf(attachment.path) ?? filledOf(attachment.filename);
  if (INSTRUCTIONS.has(type))
    notes.note(step, 'system', `file/${path ?? step}`, { $step: step, in_window: true });
}

/** The first entry of a run started by a program lists everything. */
function noteInit(notes: ContextNotes, fields: Fields, step: number): void {
  const model = filledOf(fields.model);
  if (model !== undefined) notes.note(step, 'runtime_state', 'model', model);
  for (const name of listOf(fields.tools)) {
    if (typeof name === 'string') notes.note(step, 'tool_registry', `tool/${name}`, 'listed');
  }
  for (const server of listOf(fields.mcp_servers)) {
    const { name, status } = fieldsOf(server) ?? {};
    if (filledOf(name) !== undefined) {
      notes.note(step, 'tool_registry', `mcp_server/${String(name)}`, filledOf(status) ?? 'unknown');
    }
  }
}
