/** What an edit wrote. */
import type { FileEdit } from '../record/file-edits.ts';

/** Text behind the edit, what it repeats included. */
export function newTexts(edit: FileEdit): string[] {
  switch (edit.op) {
    case 'write':
    case 'insert':
    case 'cell':
      return [edit.text];
    case 'replace':
      return edit.replacements.map(({ after }) => after);
    case 'patch':
      return edit.hunks.map(({ lines }) => textWithout(lines, '-'));
    default:
      return [];
  }
}

function textWithout(
  lines: ReadonlyArray<{ readonly op: string; readonly text: string }>,
  op: string,
): string {
  return lines
    .filter((line) => line.op !== op)
    .map(({ text }) => `${text}\n`)
    .join('');
}
