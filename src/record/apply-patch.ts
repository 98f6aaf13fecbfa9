/**
 * The envelope in which models write edits for `apply_patch`:
 *
 *     *** Begin Patch
 *     *** Add File: <path>          lines `+text`
 *     *** Delete File: <path>
 *     *** Update File: <path>       then `*** Move to: <path>`?, then hunks: `@@ context`*, lines ` -+`,
 *                                   `*** End of File`?
 *     *** End Patch
 *
 * Paths and texts are whatever a model wrote: nothing here touches a file.
 */
export interface PatchLine {
  readonly op: ' ' | '+' | '-';
  readonly text: string;
}

export interface PatchHunk {
  /** Texts after `@@`, outermost first: where the hunk belongs. */
  readonly context: readonly string[];
  readonly lines: readonly PatchLine[];
  /** True when the hunk must end at the end of the file. */
  readonly endOfFile: boolean;
  /** Line of the patch text the hunk's first line stands on, from 1. */
  readonly line: number;
}

export interface PatchedFile {
  readonly op: 'add' | 'delete' | 'update';
  readonly path: string;
  readonly moveTo?: string;
  /** One hunk for an added file, none for a deleted one. */
  readonly hunks: readonly PatchHunk[];
}

export interface ApplyPatch {
  readonly files: readonly PatchedFile[];
  /** Lines that no rule of the grammar covers, and a missing end marker. */
  readonly damaged: boolean;
}

const BEGIN = '*** Begin Patch';
const END = '*** End Patch';
const END_OF_FILE = '*** End of File';
const MOVE = '*** Move to: ';
const OPENINGS: ReadonlyArray<readonly [string, PatchedFile['op']]> = [
  ['*** Add File: ', 'add'],
  ['*** Delete File: ', 'delete'],
  ['*** Update File: ', 'update'],
];

interface DraftHunk {
  context: string[];
  lines: PatchLine[];
  endOfFile: boolean;
  line: number;
}

interface DraftFile {
  op: PatchedFile['op'];
  path: string;
  moveTo?: string;
  hunks: DraftHunk[];
}

/** The first patch in `text`, also inside a shell's heredoc; null when there is none. */
export function parseApplyPatch(text: string): ApplyPatch | null {
  const start = text.indexOf(BEGIN);
  if (start < 0) return null;
  const reader = new PatchReader();
  let number = 0;
  for (const raw of text.slice(start).split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    number += 1;
    if (number === 1) continue;
    if (line.trim() === END) return { files: reader.files, damaged: reader.damaged };
    reader.read(line, number);
  }
  return { files: reader.files, damaged: true };
}

class PatchReader {
  readonly files: DraftFile[] = [];
  damaged = false;

  read(line: string, number: number): void {
    if (this.#openFile(line)) return;
    const file = this.files.at(-1);
    if (!file) this.damaged ||= line.trim() !== '';
    else if (file.op === 'add') this.#readAdded(file, line, number);
    else if (file.op === 'update') this.#readUpdate(file, line, number);
    else this.damaged ||= line.trim() !== '';
  }

  #openFile(line: string): boolean {
    const opening = OPENINGS.find(([mark]) => line.startsWith(mark));
    if (!opening) return false;
    const path = line.slice(opening[0].length).trim();
    if (path === '') this.damaged = true;
    this.files.push({ op: opening[1], path, hunks: [] });
    return true;
  }

  #readAdded(file: DraftFile, line: string, number: number): void {
    if (line.startsWith('+')) hunkOf(file, number).lines.push({ op: '+', text: line.slice(1) });
    else this.damaged ||= line.trim() !== '';
  }

  #readUpdate(file: DraftFile, line: string, number: number): void {
    if (line.startsWith(MOVE) && file.hunks.length === 0) file.moveTo = line.slice(MOVE.length).trim();
    else if (line === '@@' || line.startsWith('@@ ')) openHunk(file, line.slice(3), number);
    else if (line === END_OF_FILE) hunkOf(file, number).endOfFile = true;
    else this.#readChange(file, line, number);
  }

  /** An empty line stands for an empty line of context: models leave its space out. */
  #readChange(file: DraftFile, line: string, number: number): void {
    const op = line === '' ? ' ' : line[0];
    if (op === ' ' || op === '+' || op === '-') hunkOf(file, number).lines.push({ op, text: line.slice(1) });
    else this.damaged = true;
  }
}

/** Begins a hunk; contexts that follow each other belong to one. */
function openHunk(file: DraftFile, context: string, line: number): void {
  const last = file.hunks.at(-1);
  const names = context === '' ? [] : [context];
  if (last && last.lines.length === 0) {
    last.context.push(...names);
    last.line = line + 1;
  } else file.hunks.push({ context: names, lines: [], endOfFile: false, line: line + 1 });
}

function hunkOf(file: DraftFile, line: number): DraftHunk {
  const last = file.hunks.at(-1);
  if (last) return last;
  const first: DraftHunk = { context: [], lines: [], endOfFile: false, line };
  file.hunks.push(first);
  return first;
}

/** What a patch does to one file, without its texts: these stand in the call's arguments. */
export interface EditSummary {
  readonly op: PatchedFile['op'];
  readonly path: string;
  readonly move_to?: string;
  /** Lines of the patch text from its `*** Begin Patch`, which is line 1. */
  readonly hunks: ReadonlyArray<{ line: number; lines: number; added: number; removed: number }>;
}

const MAX_FILES = 200;
const MAX_HUNKS = 1000;
const MAX_PATH = 1024;

/** Summary of at most 200 files, with at most 1,000 hunks together. */
export function editsOf(patch: ApplyPatch): EditSummary[] {
  let room = MAX_HUNKS;
  return patch.files.slice(0, MAX_FILES).map(({ op, path, moveTo, hunks }) => {
    const shown = hunks.slice(0, room);
    room -= shown.length;
    return {
      op,
      path: cut(path),
      ...(moveTo === undefined ? {} : { move_to: cut(moveTo) }),
      hunks: shown.map(hunkSummary),
    };
  });
}

function hunkSummary({ line, lines }: PatchHunk): EditSummary['hunks'][number] {
  const count = (op: PatchLine['op']): number => lines.filter((each) => each.op === op).length;
  return { line, lines: lines.length, added: count('+'), removed: count('-') };
}

/** Cut without leaving half of a surrogate pair. */
function cut(path: string): string {
  if (path.length <= MAX_PATH) return path;
  const last = path.charCodeAt(MAX_PATH - 1);
  return path.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_PATH - 1 : MAX_PATH);
}

/** Facts for a call's metadata: `edits` when its arguments hold a patch, `damaged_patch` when it is not whole. */
export function patchFactsOf(toolName: string, input: unknown): Record<string, unknown> {
  const patch = patchOf(toolName, input);
  return patch === null ? {} : { edits: editsOf(patch), ...(patch.damaged ? { damaged_patch: true } : {}) };
}

/** The patch in a call's arguments: the tool's own, or a shell command that runs `apply_patch`. */
export function patchOf(toolName: string, input: unknown): ApplyPatch | null {
  if (typeof input !== 'object' || input === null) return null;
  for (const key of PATCH_ARGUMENTS) {
    const text = argumentText((input as Readonly<Record<string, unknown>>)[key]);
    const patch = toolName === 'apply_patch' || text.includes('apply_patch') ? parseApplyPatch(text) : null;
    if (patch !== null) return patch;
  }
  return null;
}

/** Arguments that can hold a patch. */
const PATCH_ARGUMENTS = ['input', 'patch', 'patchText', 'cmd', 'command'];

function argumentText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value.filter((part) => typeof part === 'string').join('\n');
}
