/** Where the sources of a notebook's cells stand in its text. */
import { isFields } from '../base/fields.ts';

export interface NotebookCell {
  readonly id: string | null;
  /** Lines of the source, without their ends. */
  readonly lines: readonly string[];
  /** For each of them its line in the file, from 0; a source that is one string stands on one line. */
  readonly places: readonly number[];
}

/** Cells of a notebook (nbformat 4), in their order; null for any other text, and for one whose lines are not told apart. */
export function cellsOf(text: string): NotebookCell[] | null {
  const parsed = parse(text);
  if (!isFields(parsed) || !Array.isArray(parsed.cells)) return null;
  const sources = sourcePlaces(text);
  if (sources.length !== parsed.cells.length) return null;
  const cells = parsed.cells.map((cell: unknown, at: number) => cellOf(cell, sources[at]!));
  return cells.every((cell) => cell !== null) ? cells : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function cellOf(cell: unknown, starts: readonly number[]): NotebookCell | null {
  if (!isFields(cell)) return null;
  const { id, source } = cell;
  const parts = typeof source === 'string' ? [source] : source;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return null;
  if (parts.length !== starts.length) return null;
  const lines: string[] = [];
  const places: number[] = [];
  for (const [at, part] of parts.entries()) {
    for (const line of linesIn(part)) {
      lines.push(line);
      places.push(starts[at]!);
    }
  }
  return { id: typeof id === 'string' ? id : null, lines, places };
}

export function linesIn(source: string): string[] {
  const lines = source.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A value that is open while the text is read. */
interface Level {
  readonly isList: boolean;
  /** Member or place that is read. */
  key: string | number;
  isKey: boolean;
}

const TOKEN = /"(?:[^"\\\n]|\\.)*"|[{}[\],:\n]/g;

/** For each cell the lines on which strings of its source begin. The text is JSON. */
function sourcePlaces(text: string): number[][] {
  const found: number[][] = [];
  const open: Level[] = [];
  let line = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    const top = open.at(-1);
    if (token === '\n') line += 1;
    else if (token === '{' || token === '[') {
      if (open.length === 2 && isIn(open, 'cells')) found.push([]);
      open.push({ isList: token === '[', key: token === '[' ? 0 : '', isKey: token === '{' });
    } else if (token === '}' || token === ']') open.pop();
    else if (top === undefined) continue;
    else if (token === ',') {
      if (top.isList) top.key = Number(top.key) + 1;
      else top.isKey = true;
    } else if (token === ':') top.isKey = false;
    else if (top.isKey) top.key = JSON.parse(token) as string;
    else if (isIn(open, 'cells') && open[2]?.key === 'source' && open.length <= 4) found.at(-1)?.push(line);
  }
  return found;
}

/** Whether a list that is a member of the whole is open. */
function isIn([top, list]: readonly Level[], name: string): boolean {
  return top?.isList === false && top.key === name && list?.isList === true;
}
