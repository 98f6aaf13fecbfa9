/** Sessions that took away what a commit takes away: lines, and names of files. */
import { posix } from 'node:path';
import type { ObjectReader, Oid } from '../git/ports.ts';
import type { FileEdit } from '../record/file-edits.ts';
import { BlobLines } from './blob-lines.ts';
import type { FileGroup } from './file-events.ts';
import type { FileChange, HistoryCommit } from './history.ts';
import type { CommittedFile } from './history-index.ts';
import { LineTable } from './lines.ts';
import type { FoundEdit } from './read-edits.ts';
import type { FoundSession } from './relations.ts';
import type { Trail } from './trail.ts';

/** Weight of a line that may be told from others. */
const DISTINCT = 3;
/** Edits and commits of a file that are looked at, the newest ones. */
const MOST_EDITS = 24;
const AT_ONCE = 8;
const MOST_COMMITS = 8;

interface Taken {
  readonly trace: string;
  lines: number;
  /** Whether it also gave the file its new name. */
  moved: boolean;
  step: number;
}

export class RemovedLines {
  readonly #trail: Trail;
  readonly #objects: ObjectReader;

  constructor(trail: Trail, objects: ObjectReader) {
    this.#trail = trail;
    this.#objects = objects;
  }

  /** `changes`: files of the commit against its only parent. */
  async of(commit: HistoryCommit, changes: readonly FileChange[]): Promise<FoundSession[]> {
    const taken = new Map<string, Taken>();
    for (const change of changes) {
      if (change.oldPath === null || change.oldOid === null) continue;
      const [group] = this.#trail.groupsOf([change.oldPath]);
      if (group !== undefined) await this.#look(commit, { ...change, group }, taken);
    }
    const found = [...taken.values()].sort((left, right) => right.lines - left.lines);
    const told = (relation: 'removed' | 'moved', { trace, lines, step }: Taken): FoundSession => {
      return {
        trace_id: trace,
        relation,
        firmness: 'provisional',
        lines: relation === 'moved' ? null : lines,
        step_index: step,
      };
    };
    return [
      ...found.filter(({ lines }) => lines > 0).map((each) => told('removed', each)),
      ...found.filter(({ moved }) => moved).map((each) => told('moved', each)),
    ];
  }

  async #look(
    commit: HistoryCommit,
    { oldPath, oldOid, newPath, newOid, group }: FileChange & { readonly group: FileGroup },
    taken: Map<string, Taken>,
  ): Promise<void> {
    const table = new LineTable();
    const blobs = new BlobLines(this.#objects, table);
    const open = await linesTaken(table, blobs, { from: oldOid!, to: newOid });
    const isMoved = newPath !== null && newPath !== oldPath;
    if (open.size === 0 && !isMoved) return;
    let between: readonly OlderFile[] | null = null;
    for await (const edit of this.#editsBefore(commit, group)) {
      if (open.size === 0 && !isMoved) return;
      const { trace_id: trace } = edit.session;
      const known = taken.get(trace) ?? { trace, lines: 0, moved: false, step: 0 };
      const { removed, kept } = effectOf(table, edit, open);
      const isMove = isMoved && movesTo(edit, newPath);
      for (const id of [...removed, ...kept]) open.delete(id);
      if (removed.length === 0 && !isMove) continue;
      between ??= await commitsBefore(commit, group, blobs);
      const lasting = between.filter(({ time }) => time > edit.time);
      const lines = removed.filter((id) => lasting.every(({ ids }) => ids.has(id))).length;
      const moved = isMove && lasting.length === 0;
      if (lines === 0 && !moved) continue;
      const step = Math.max(known.step, edit.step);
      taken.set(trace, { trace, lines: known.lines + lines, moved: known.moved || moved, step });
    }
  }

  /** The newest first. */
  async *#editsBefore({ committed }: HistoryCommit, { patches }: FileGroup): AsyncGenerator<FoundEdit> {
    const until = committed * 1000 + 999;
    const before = patches.filter(({ time }) => time <= until).slice(-MOST_EDITS);
    while (before.length > 0) yield* (await this.#trail.sources.readEdits(before.splice(-AT_ONCE))).reverse();
  }
}

/** Lines that tell enough, stand in one text once, and in the other one not at all. */
async function linesTaken(
  table: LineTable,
  blobs: BlobLines,
  { from, to }: { readonly from: Oid; readonly to: Oid | null },
): Promise<Set<number>> {
  const old = await blobs.read(from);
  const now = to === null ? new Int32Array(0) : await blobs.read(to);
  if (old === null || now === null) return new Set();
  const kept = new Set(now);
  return new Set(old.filter((id) => !kept.has(id) && table.weight(id) === DISTINCT));
}

interface OlderFile {
  readonly time: number;
  readonly ids: ReadonlySet<number>;
}

/** What other commits made of the file before this one was written: where a line was gone already, its end was another one. */
async function commitsBefore(
  { oid, authored, author }: HistoryCommit,
  { commits }: FileGroup,
  blobs: BlobLines,
): Promise<OlderFile[]> {
  const isOther = ({ commit }: CommittedFile): boolean =>
    commit.oid !== oid && !(commit.author === author && commit.authored === authored);
  const before = commits.filter((each) => isOther(each) && each.commit.committed <= authored);
  const found: OlderFile[] = [];
  for (const { time, entry } of before.slice(-MOST_COMMITS)) {
    const ids = await blobs.read(entry.oid);
    found.push({ time, ids: new Set(ids ?? []) });
  }
  return found;
}

/** Which of the open lines an edit took out of the file, and which it left or put there. */
function effectOf(
  table: LineTable,
  { edits }: FoundEdit,
  open: ReadonlySet<number>,
): { readonly removed: number[]; readonly kept: number[] } {
  const removed = new Set<number>();
  const kept = new Set<number>();
  for (const edit of edits) {
    if (edit.op === 'delete') for (const id of open) removed.add(id);
    for (const { before, after } of textsOf(edit)) {
      const now = new Set(table.split(after));
      for (const id of now) if (open.has(id)) kept.add(id);
      for (const id of table.split(before)) if (open.has(id) && !now.has(id)) removed.add(id);
    }
  }
  return { removed: [...removed].filter((id) => !kept.has(id)), kept: [...kept] };
}

/** Texts that give way to others. */
function textsOf(edit: FileEdit): Array<{ readonly before: string; readonly after: string }> {
  switch (edit.op) {
    case 'replace':
      return [...edit.replacements];
    case 'patch':
      return edit.hunks.map(({ lines }) => {
        const side = (without: string): string =>
          lines
            .filter(({ op }) => op !== without)
            .map(({ text }) => `${text}\n`)
            .join('');
        return { before: side('+'), after: side('-') };
      });
    case 'write':
    case 'insert':
      return [{ before: '', after: edit.text }];
    default:
      return [];
  }
}

function movesTo({ edits }: FoundEdit, path: string): boolean {
  return edits.some(
    (edit) =>
      edit.op === 'patch' &&
      edit.moveTo !== undefined &&
      posix.basename(edit.moveTo) === posix.basename(path),
  );
}
