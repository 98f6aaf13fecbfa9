/** Line differences in the forms in which logs of agents show them. */

export interface Hunk {
  /** From 1; 0 where the side has no line. */
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each with ` `, `-` or `+` before it. */
  readonly lines: readonly string[];
}

/** Lines without their ends; a last line without an end counts as one. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Each line of either side once, in order, with its mark: a shortest script, deletions first. */
export function marked(before: readonly string[], after: readonly string[]): string[] {
  const table = commonLengths(before, after);
  const found: string[] = [];
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    const equal = left < before.length && right < after.length && before[left] === after[right];
    if (equal) {
      found.push(` ${before[left]}`);
      left += 1;
      right += 1;
    } else if (right >= after.length || (left < before.length && removes(table, left, right))) {
      found.push(`-${before[left]}`);
      left += 1;
    } else {
      found.push(`+${after[right]}`);
      right += 1;
    }
  }
  return found;
}

type Table = readonly (readonly number[])[];

function removes(table: Table, left: number, right: number): boolean {
  return table[left + 1]![right]! >= table[left]![right + 1]!;
}

function commonLengths(before: readonly string[], after: readonly string[]): Table {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let left = before.length - 1; left >= 0; left -= 1) {
    for (let right = after.length - 1; right >= 0; right -= 1) {
      table[left]![right] =
        before[left] === after[right]
          ? table[left + 1]![right + 1]! + 1
          : Math.max(table[left + 1]![right]!, table[left]![right + 1]!);
    }
  }
  return table;
}

/** Changes with `context` equal lines around them. */
export function hunksOf(before: string, after: string, context = 3): Hunk[] {
  const rows = marked(linesOf(before), linesOf(after));
  const near = rows.map((_, at) =>
    rows.slice(Math.max(0, at - context), at + context + 1).some((row) => !row.startsWith(' ')),
  );
  const hunks: Hunk[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    if (near[at] !== true) continue;
    const end = near.indexOf(false, at);
    hunks.push(hunkAt(rows, at, end < 0 ? rows.length : end));
    at = end < 0 ? rows.length : end;
  }
  return hunks;
}

function hunkAt(rows: readonly string[], from: number, to: number): Hunk {
  const lines = rows.slice(from, to);
  const count = (list: readonly string[], other: string): number =>
    list.filter((row) => !row.startsWith(other)).length;
  const [oldLines, newLines] = [count(lines, '+'), count(lines, '-')];
  return {
    oldStart: count(rows.slice(0, from), '+') + (oldLines > 0 ? 1 : 0),
    oldLines,
    newStart: count(rows.slice(0, from), '-') + (newLines > 0 ? 1 : 0),
    newLines,
    lines,
  };
}

/** As `diff -u` prints it, without the names of the files. */
export function unified(hunks: readonly Hunk[]): string {
  return hunks
    .flatMap((hunk) => [
      `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
      ...hunk.lines,
    ])
    .map((line) => `${line}\n`)
    .join('');
}
