/** What a call changes in files, texts included: derived from its name and arguments, whichever agent made it. */
import { type Fields, membersOf } from '../base/fields.ts';
import { type PatchHunk, patchOf } from './apply-patch.ts';
import { callFactsOf, failed } from './call-facts.ts';
import type { Observation, Step, ToolCall } from './step.ts';

/** One text that gives way to another; `all` of its occurrences, or the only one. */
export interface Replacement {
  readonly before: string;
  readonly after: string;
  readonly all: boolean;
}

export type FileEdit =
  | { readonly op: 'replace'; readonly replacements: readonly Replacement[] }
  | { readonly op: 'write'; readonly text: string }
  | { readonly op: 'insert'; readonly line: number; readonly text: string }
  | { readonly op: 'patch'; readonly moveTo?: string; readonly hunks: readonly PatchHunk[] }
  | { readonly op: 'delete' }
  | {
      readonly op: 'cell';
      /** Id of the cell; for a new one, of that behind which it stands. */
      readonly cell: string | null;
      readonly mode: 'replace' | 'insert' | 'delete';
      readonly text: string;
    };

/** All that one call changes in one file. */
export interface CallEdits {
  /** Position of the call among those of its step, from 0. */
  readonly call: number;
  /** Number of the patch within the step, from 1. */
  readonly ordinal: number;
  /** As the agent wrote it. */
  readonly path: string;
  /** Folder that the call ran in, where it names one: a relative path is below it. */
  readonly folder: string | null;
  readonly edits: readonly FileEdit[];
  readonly result: Observation | undefined;
}

/**
 * Files that a step changed, in the order of its calls; calls that failed changed none, and those that a fork repeats
 * were made elsewhere. Texts are those of an
 * inflated step; a text that is not here gives no edit.
 */
export function editsOfStep(step: Step): CallEdits[] {
  const results = new Map(step.observations.map((result) => [result.source_call_id, result]));
  const found: CallEdits[] = [];
  if (step.origin.inherited === true) return found;
  let ordinal = 0;
  for (const [at, call] of step.tool_calls.entries()) {
    const result = results.get(call.tool_call_id);
    if (failed(result)) continue;
    for (const path of callFactsOf(call).filesEdited) {
      ordinal += 1;
      const edits = editsOfCall(call, path);
      if (edits.length > 0) found.push({ call: at, ordinal, path, folder: folderOf(call), edits, result });
    }
  }
  return found;
}

/** A call whose end the log does not tell may have changed nothing. */
export function isUnconfirmed(result: Observation | undefined): boolean {
  return result === undefined || result.error === 'no_result';
}

function folderOf({ input }: ToolCall): string | null {
  return textIn(membersOf(input), ['workdir', 'cwd']);
}

function editsOfCall(call: ToolCall, path: string): FileEdit[] {
  const patch = patchOf(call.tool_name, call.input);
  if (patch !== null) {
    return patch.files
      .filter((file) => file.path === path)
      .map(({ op, moveTo, hunks }): FileEdit => {
        if (op === 'delete') return { op: 'delete' };
        if (op === 'add') return { op: 'write', text: addedText(hunks) };
        return { op: 'patch', hunks, ...(moveTo === undefined ? {} : { moveTo }) };
      });
  }
  const edit = ownEdit(membersOf(call.input), call.tool_name.toLowerCase().replace(/[_-]/g, ''));
  return edit === null ? [] : [edit];
}

function addedText(hunks: readonly PatchHunk[]): string {
  return hunks.flatMap(({ lines }) => lines.map(({ text }) => `${text}\n`)).join('');
}

function ownEdit(input: Fields, tool: string): FileEdit | null {
  if (tool === 'notebookedit') {
    const text = textIn(input, ['new_source']);
    const { edit_mode: named } = input;
    const mode = named === 'insert' || named === 'delete' ? named : 'replace';
    return text === null ? null : { op: 'cell', cell: textIn(input, ['cell_id']), mode, text };
  }
  const insert = textIn(input, ['insert_text', 'new_str', 'text']);
  if (Number.isSafeInteger(input.insert_line) && insert !== null)
    return { op: 'insert', line: Number(input.insert_line), text: insert };
  const replacements = replacementsIn(input);
  if (replacements !== null) return replacements.length === 0 ? null : { op: 'replace', replacements };
  const text = textIn(input, ['content', 'file_text', 'contents']);
  return text === null ? null : { op: 'write', text };
}

/** Null when the call replaces nothing; empty when one of its texts is not here. */
function replacementsIn(input: Fields): Replacement[] | null {
  const parts = Array.isArray(input.edits) ? input.edits.map(membersOf) : [input];
  const found: Replacement[] = [];
  for (const part of parts) {
    const before = textIn(part, ['old_string', 'oldString', 'oldText', 'old_str']);
    const after = textIn(part, ['new_string', 'newString', 'newText', 'new_str']);
    if (before === null && !Array.isArray(input.edits)) return null;
    if (before === null || (after === null && !isAbsent(part))) return [];
    found.push({ before, after: after ?? '', all: isForAll(part) });
  }
  return found.length === 0 ? null : found;
}

/** A text left out stands for none; one that is not here is a reference. */
function isAbsent(part: Fields): boolean {
  return [part.new_string, part.newString, part.newText, part.new_str].every(
    (value) => value === undefined || value === null,
  );
}

function isForAll(part: Fields): boolean {
  if (part.replace_all === true || part.replaceAll === true || part.allow_multiple === true) return true;
  return Number.isSafeInteger(part.expected_replacements) && Number(part.expected_replacements) > 1;
}

function textIn(input: Fields, keys: readonly string[]): string | null {
  for (const key of keys) if (typeof input[key] === 'string') return input[key];
  return null;
}
