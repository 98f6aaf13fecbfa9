/** Building blocks of text views. Everything that came from a transcript or a remote goes through `printable`. */

import { cutToWidth, displayWidth, padToWidth } from './width.ts';

/** What a view may know of where it is shown. */
export interface Page {
  readonly color: boolean;
  readonly columns: number;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const SGR: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
};

/** C0 and C1 controls except newline and tab, delete, and the marks that reorder text on a screen. */
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** `text` with nothing left in it that a terminal would act on: such characters show as `�`. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNPRINTABLE, '\ufffd');
}

/** JSON with the same meaning, in which every such character is an escape. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One printable line of at most `width` columns; line ends and runs of blanks become one blank. */
export function oneLine(text: string, width: number): string {
  const flat = printable(text.slice(0, 4 * width + 64).replace(/\s+/g, ' ')).trim();
  return displayWidth(flat) <= width ? flat : `${cutToWidth(flat, width - 1)}…`;
}

/** As {@link oneLine}, cut in front: the end of a path tells more than its beginning. */
export function lineEnd(text: string, width: number): string {
  const most = 4 * width + 64;
  const flat = printable(text.slice(-most).replace(/\s+/g, ' ')).trim();
  if (text.length <= most && displayWidth(flat) <= width) return flat;
  const letters = [...flat].slice(-width);
  while (displayWidth(letters.join('')) > width - 1) letters.shift();
  return `…${letters.join('')}`;
}

export function paint(page: Page, style: Style, text: string): string {
  return page.color ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;
}

/** Left-aligned columns two blanks apart; the last one is cut to what is left of the line. */
export function table(page: Page, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => oneLine(cell, 1000)));
  const widths = head.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[column] ?? '')), 0),
  );
  return cells
    .map((row, index) => {
      const line = rowText(row, widths, page.columns);
      return `${index === 0 ? paint(page, 'bold', line) : line}\n`;
    })
    .join('');
}

function rowText(row: readonly string[], widths: readonly number[], columns: number): string {
  const last = row.length - 1;
  const lead = row.slice(0, last).map((cell, column) => `${padToWidth(cell, widths[column]!)}  `);
  const used = displayWidth(lead.join(''));
  return (lead.join('') + oneLine(row[last] ?? '', Math.max(20, columns - used))).trimEnd();
}

/** `name  value` lines with the values in one column. */
export function fields(page: Page, pairs: ReadonlyArray<readonly [name: string, value: string]>): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${paint(page, 'dim', name.padEnd(width))}  ${value}\n`).join('');
}

/** `1 trace`, `2 traces`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** Size for people, powers of 1000 as git's own summaries do not need to be exact: `1.2 MB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
