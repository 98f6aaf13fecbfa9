/**
 * An edit shows lines of the file that give way or stay around it. Where the state that is known has others there,
 * somebody changed them unseen: the shown lines take their place, and the edit fits.
 */
import type { FileEdit } from '../record/file-edits.ts';
import { carry } from './carry.ts';
import { diffLines } from './diff.ts';
import { type LineTable, NOBODY, type Owned } from './lines.ts';

/** Weight that lines need which both have, to say where the others belong. */
const STRONG = 5;
/** Lines more than are shown that may have stood in their place. */
const SLACK = 8;

/** The first of the states that an edit fits once what it shows has its place there; null for none. */
export function firstGrafted<State extends Owned>(
  table: LineTable,
  states: readonly State[],
  edits: readonly FileEdit[],
  fits: (state: Owned) => boolean,
): State | null {
  for (const state of states) {
    const made = grafted(table, state, edits);
    if (made !== null && fits(made)) return { ...state, ...made };
  }
  return null;
}

/** Null where all that is shown stands there already, and where it has no place. */
function grafted(table: LineTable, state: Owned, edits: readonly FileEdit[]): Owned | null {
  let now = state;
  for (const text of edits.flatMap(shownTexts)) {
    if (text === '') return null;
    if (table.join(now.ids).includes(text)) continue;
    const next = graft(table, now, table.split(text));
    if (next === null) return null;
    now = next;
  }
  return now === state ? null : now;
}

/** Lines of the file before an edit. */
function shownTexts(edit: FileEdit): string[] {
  switch (edit.op) {
    case 'replace':
      return edit.replacements.map(({ before }) => before.replaceAll('\r\n', '\n'));
    case 'patch':
      return edit.hunks.map(({ lines }) =>
        lines.flatMap(({ op, text }) => (op === '+' ? [] : [`${text}\n`])).join(''),
      );
    default:
      return [''];
  }
}

function graft(table: LineTable, state: Owned, shown: Int32Array): Owned | null {
  const all = state.ids.map((id) => table.bare(id));
  const wanted = shown.map((id) => table.bare(id));
  const anchor = wanted.findIndex((id) => table.weight(id) === 3 && isOnce(all, id) && isOnce(wanted, id));
  if (anchor < 0) return null;
  const place = all.indexOf(wanted[anchor]!);
  const from = Math.max(0, place - anchor - SLACK);
  const to = Math.min(all.length, place - anchor + shown.length + SLACK);
  const pairs = pairsOf(all.subarray(from, to), wanted).map(([at, by]) => [from + at, by] as const);
  const weight = pairs.reduce(
    (sum, [, by]) => sum + (isOnce(all, wanted[by]!) ? table.weight(wanted[by]!) : 0),
    0,
  );
  if (weight < STRONG) return null;
  const ids = shown.slice();
  for (const [at, by] of pairs) ids[by] = state.ids[at]!;
  return replaced(table, state, { first: pairs[0]![0], end: pairs.at(-1)![0] + 1, ids });
}

function isOnce(ids: Int32Array, id: number): boolean {
  const first = ids.indexOf(id);
  return first >= 0 && ids.indexOf(id, first + 1) < 0;
}

/** Places of lines that both have, in order. */
function pairsOf(a: Int32Array, b: Int32Array): Array<readonly [number, number]> {
  const pairs: Array<readonly [number, number]> = [];
  let [at, by] = [0, 0];
  for (const { a0, a1, b0, b1 } of [...diffLines(a, b), { a0: a.length, a1: 0, b0: b.length, b1: 0 }]) {
    while (at < a0 && by < b0) pairs.push([at++, by++]);
    [at, by] = [a1, b1];
  }
  return pairs;
}

/** Lines `first` to `end` (exclusive) give way to what was shown: what is not in them was written by nobody known. */
function replaced(
  table: LineTable,
  state: Owned,
  { first, end, ids }: { readonly first: number; readonly end: number; readonly ids: Int32Array },
): Owned {
  const old = { ids: state.ids.slice(first, end), owners: state.owners.slice(first, end) };
  const { owners } = carry(table, old, ids, NOBODY);
  const join = (list: Int32Array, middle: Int32Array): Int32Array =>
    Int32Array.from([...list.subarray(0, first), ...middle, ...list.subarray(end)]);
  return { ids: join(state.ids, ids), owners: join(state.owners, owners) };
}
