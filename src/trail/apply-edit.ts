/** Replays one edit of an agent on a state of a file. */
import type { PatchHunk, PatchLine } from '../record/apply-patch.ts';
import type { FileEdit, Replacement } from '../record/file-edits.ts';
import { carry } from './carry.ts';
import type { LineTable, Owned } from './lines.ts';

/** The state after an edit whose new lines belong to `owner`; null when the edit does not fit this state. */
export function applyEdit(table: LineTable, state: Owned, edit: FileEdit, owner: number): Owned | null {
  switch (edit.op) {
    case 'write':
      return rewrite(table, state, table.split(edit.text), owner);
    case 'delete':
      return { ids: new Int32Array(0), owners: new Int32Array(0) };
    case 'replace':
      return edit.replacements.reduce<Owned | null>(
        (now, replacement) => (now === null ? null : replace(table, now, replacement, owner)),
        state,
      );
    case 'insert': {
      if (edit.line < 0 || edit.line > state.ids.length) return null;
      return splice(state, edit.line, edit.line, owned(table.split(edit.text), owner));
    }
    case 'patch':
      return applyHunks(table, state, edit.hunks, owner);
    case 'cell':
      return null;
  }
}

function rewrite(table: LineTable, state: Owned, ids: Int32Array, owner: number): Owned {
  return { ids, owners: carry(table, state, ids, owner).owners };
}

function owned(ids: Int32Array, owner: number): Owned {
  return { ids, owners: new Int32Array(ids.length).fill(owner) };
}

/** Lines `from` to `to` (exclusive) give way to others. */
function splice(state: Owned, from: number, to: number, lines: Owned): Owned {
  const join = (left: Int32Array, middle: Int32Array): Int32Array => {
    const whole = new Int32Array(left.length - (to - from) + middle.length);
    whole.set(left.subarray(0, from));
    whole.set(middle, from);
    whole.set(left.subarray(to), from + middle.length);
    return whole;
  };
  return { ids: join(state.ids, lines.ids), owners: join(state.owners, lines.owners) };
}

function spliceText(
  table: LineTable,
  state: Owned,
  from: number,
  to: number,
  text: string,
  owner: number,
): Owned {
  const old = { ids: state.ids.slice(from, to), owners: state.owners.slice(from, to) };
  return splice(state, from, to, rewrite(table, old, table.split(text), owner));
}

function replace(
  table: LineTable,
  state: Owned,
  { before, after, all }: Replacement,
  owner: number,
): Owned | null {
  const old = before.replaceAll('\r\n', '\n');
  const now = after.replaceAll('\r\n', '\n');
  if (old === '') return state.ids.length === 0 ? rewrite(table, state, table.split(now), owner) : null;
  const text = table.join(state.ids);
  const found = occurrences(text, old);
  if (found.length === 0 || (found.length > 1 && !all)) return null;
  const starts = table.starts(state.ids);
  let next = state;
  for (const [at, end] of spansOf(found, old.length, starts).reverse()) {
    const span = text.slice(at, end).split(old).join(now);
    next = replaceAt(table, next, { text, starts, at, end, now: span, owner });
  }
  const [at] = found;
  const whole = found.length === 1 ? text.slice(0, at) + now + text.slice(at! + old.length) : '';
  if (whole.endsWith('\n') && !now.includes('\r')) table.putJoined(next.ids, whole);
  return next;
}

/** Occurrences as spans of text; those that touch a common line are one. */
function spansOf(found: readonly number[], length: number, starts: Int32Array): Array<[number, number]> {
  const spans: Array<[number, number]> = [];
  for (const at of found) {
    const last = spans.at(-1);
    if (last !== undefined && lineOf(starts, at) <= lineOf(starts, last[1])) last[1] = at + length;
    else spans.push([at, at + length]);
  }
  return spans;
}

interface Place {
  readonly text: string;
  /** Offset of each line, and of the end of the text. */
  readonly starts: Int32Array;
  readonly at: number;
  readonly end: number;
  readonly now: string;
  readonly owner: number;
}

/** Replaces a span of the text: of the lines it touches, those that stay the same keep their owner. */
function replaceAt(table: LineTable, state: Owned, { text, starts, at, end, now, owner }: Place): Owned {
  const from = lineOf(starts, at);
  const head = text.slice(starts[from]!, at) + now;
  const open = head !== '' && !head.endsWith('\n');
  let to = lineOf(starts, end);
  if (open || end > starts[to]!) to = Math.min(to + 1, starts.length - 1);
  const tail = text.slice(end, Math.max(end, starts[to]!));
  return spliceText(table, state, from, to, head + tail, owner);
}

function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found.push(at);
  return found;
}

/** Number of the line that holds an offset, from 0. */
function lineOf(starts: Int32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Hunks in order, each found below the one before it, as `apply_patch` looks for them. */
function applyHunks(
  table: LineTable,
  state: Owned,
  hunks: readonly PatchHunk[],
  owner: number,
): Owned | null {
  let now = state;
  let from = 0;
  for (const hunk of hunks) {
    const below = afterContext(table, now.ids, hunk.context, from);
    if (below === null) return null;
    const old = hunk.lines.filter(({ op }) => op !== '+').map(({ text }) => text);
    const at =
      old.length === 0
        ? insertionPoint(hunk, below, now.ids.length)
        : findLines(table, now.ids, old, below, hunk.endOfFile);
    if (at === null) return null;
    const text = newText(table, now.ids, hunk.lines, at);
    const before = now.ids.length;
    now = spliceText(table, now, at, at + old.length, text, owner);
    from = at + old.length + (now.ids.length - before);
  }
  return now;
}

function afterContext(
  table: LineTable,
  ids: Int32Array,
  context: readonly string[],
  from: number,
): number | null {
  let at = from;
  for (const text of context) {
    const found = findLines(table, ids, [text], at, false);
    if (found === null) return null;
    at = found + 1;
  }
  return at;
}

function insertionPoint({ context, endOfFile }: PatchHunk, below: number, length: number): number {
  return endOfFile || context.length === 0 ? length : below;
}

/** Kept lines as the file has them: a patch may cite them with other white space at their ends. */
function newText(table: LineTable, ids: Int32Array, lines: readonly PatchLine[], at: number): string {
  let old = at;
  let text = '';
  for (const line of lines) {
    if (line.op === '+') text += `${line.text}\n`;
    else {
      if (line.op === ' ') text += `${table.text(ids[old]!)}\n`;
      old += 1;
    }
  }
  return text;
}

const LOOSER: ReadonlyArray<(text: string) => string> = [
  (text) => text,
  (text) => text.trimEnd(),
  (text) => text.trim(),
];

/** Where lines stand at or below `from`: exactly, else but for white space at their ends, else around them. */
function findLines(
  table: LineTable,
  ids: Int32Array,
  lines: readonly string[],
  from: number,
  atEnd: boolean,
): number | null {
  const last = ids.length - lines.length;
  for (const loose of LOOSER) {
    const wanted = lines.map(loose);
    const fits = (at: number): boolean =>
      wanted.every((text, by) => loose(table.text(ids[at + by]!)) === text);
    if (atEnd && last >= from && fits(last)) return last;
    for (let at = from; at <= last; at += 1) if (fits(at)) return at;
  }
  return null;
}
