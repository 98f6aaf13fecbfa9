// What a transcript shows of the texts its edit tools wrote: read by itself, with no code of the program.

/**
 * @typedef {object} ShownEdit
 * @property {string} path as the agent wrote it
 * @property {number} time seconds since 1970; 0 where the transcript tells none
 * @property {readonly string[]} lines those that the call put there and did not only repeat
 * @property {readonly string[]} all every line of what it wrote
 * @property {readonly string[]} ends first and last line of a text that took another one's place: parts of lines, maybe
 */

const PATHS = ['file_path', 'filePath', 'path', 'notebook_path'];
const AFTER = ['new_string', 'newString', 'newText', 'new_str', 'new_source'];
const BEFORE = ['old_string', 'oldString', 'oldText', 'old_str'];
const WHOLE = ['content', 'contents', 'file_text'];
const NAMES =
  /^(edit|multiedit|write|notebookedit|replace|write_file|create|str_replace_editor|apply_patch|patch)$/i;

/** Edits in the order of the transcript; calls that failed are left out. @returns {ShownEdit[]} */
export function editsShown(text) {
  const whole = parsed(text);
  const entries = whole === null ? text.split('\n').map(parsed) : [whole];
  const failed = new Set();
  const wholes = new Map();
  const calls = [];
  for (const entry of entries) walk(entry, 0, '', { failed, wholes, calls });
  return calls
    .filter(({ id }) => !failed.has(id))
    .flatMap((call) => editsOf(call, wholes.get(call.id)))
    .filter(({ all }) => all.length > 0);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function walk(value, time, around, found) {
  if (Array.isArray(value)) for (const item of value) walk(item, time, around, found);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const own = Date.parse(value.timestamp ?? '') / 1000 || time;
  const input = value.input ?? value.args ?? value.arguments;
  const id = value.id ?? value.callID ?? '';
  if (typeof value.name === 'string' && NAMES.test(value.name) && input !== undefined) {
    found.calls.push({ id, name: value.name, input, time: own });
    if (value.status === 'error' || value.status === 'cancelled') found.failed.add(id);
    if (typeof value.resultDisplay?.originalContent === 'string')
      found.wholes.set(id, value.resultDisplay.originalContent);
  }
  if (value.type === 'tool_result' && value.is_error === true) found.failed.add(value.tool_use_id);
  const result = value.toolUseResult;
  const use = Array.isArray(value.message?.content)
    ? value.message.content.find((part) => part?.type === 'tool_result')
    : null;
  if (typeof result?.originalFile === 'string' && use) found.wholes.set(use.tool_use_id, result.originalFile);
  for (const [key, member] of Object.entries(value))
    if (key !== 'toolUseResult') walk(member, own, key, found);
}

function editsOf({ name, input, time }, whole) {
  if (typeof input === 'string') return patchEdits(input, time);
  const path = textIn(input, PATHS);
  if (path === null) return typeof input.input === 'string' ? patchEdits(input.input, time) : [];
  const parts = Array.isArray(input.edits) ? input.edits : [input];
  return parts.map((part) => {
    const after = textIn(part, AFTER);
    const written = after === null && /write|create/i.test(name) ? textIn(part, WHOLE) : after;
    const before = after === null ? (whole ?? '') : (textIn(part, BEFORE) ?? '');
    const all = linesOf(written ?? '');
    const ends = after === null ? [] : [all[0], all.at(-1)];
    return { path, time, all, ends, lines: without(all, linesOf(before)) };
  });
}

function patchEdits(patch, time) {
  const edits = [];
  for (const line of patch.split('\n')) {
    const path = /^\*\*\* (?:Add|Update) File: (.*)$/.exec(line)?.[1];
    if (path !== undefined) edits.push({ path, time, lines: [], removed: [] });
    else if (line.startsWith('+')) edits.at(-1)?.lines.push(line.slice(1));
    else if (line.startsWith('-')) edits.at(-1)?.removed.push(line.slice(1));
  }
  return edits.map((edit) => ({
    path: edit.path,
    time,
    all: edit.lines,
    ends: [],
    lines: without(edit.lines, edit.removed),
  }));
}

function linesOf(text) {
  return text.split('\n').map((line) => line.replace(/\r$/, ''));
}

/** The lines of one list that another one does not have as often. */
function without(lines, others) {
  const left = new Map();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const times = left.get(line) ?? 0;
    if (times > 0) left.set(line, times - 1);
    return times === 0;
  });
}

function textIn(value, keys) {
  for (const key of keys) if (typeof value?.[key] === 'string') return value[key];
  return null;
}
