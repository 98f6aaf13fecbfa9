/** `trail blame FILE`: for each line the commit that brought it, and the agent's step that wrote it. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { type BlamedLine, blameFile } from './git-blame.ts';
import { sameLines } from './lines.ts';
import { editOf, type Tier, tierOf } from './owner.ts';
import type { FoundEdit } from './read-edits.ts';
import type { Replayed } from './replay.ts';
import type { TrailRepository } from './repository.ts';
import { Trail, type TrailOptions } from './trail.ts';

/** Who wrote a line, as far as it is known. */
export interface LineOwner {
  readonly trace_id: string | null;
  readonly step_index: number | null;
  readonly patch_id: string | null;
  readonly tier: Tier | 'unknown';
  readonly firmness: 'firm' | 'provisional' | null;
}

export interface AttributedLine extends LineOwner {
  /** From 1, in the file as it is shown. */
  readonly line: number;
  readonly text: string;
  /** Null for a line that is in no commit yet. */
  readonly commit: Oid | null;
  /** The line in that commit's file. */
  readonly original_line: number;
  readonly author: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly agent: string | null;
  readonly model: string | null;
}

/** A step that lines come from. */
export interface BlamedStep {
  readonly trace_id: string;
  readonly step_index: number;
  readonly agent: string;
  readonly model: string | null;
  readonly lines: number;
  /** What was asked for before the step, at most 200 characters; null when nothing was. */
  readonly prompt: string | null;
}

export interface FileBlame {
  readonly path: string;
  /** Commit that was asked for; null for the work tree. */
  readonly commit: Oid | null;
  readonly lines: readonly AttributedLine[];
  readonly steps: readonly BlamedStep[];
  readonly coverage: Coverage;
}

export interface Coverage {
  readonly attributed: number;
  readonly total: number;
  /** Null for no lines. */
  readonly ratio: number | null;
}

export interface BlameRequest {
  /** Below the top of the work tree. */
  readonly path: string;
  readonly commit: Oid | null;
  /** Inclusive, from 1. */
  readonly range?: { readonly from: number; readonly to: number };
}

/** Throws `OT_FILE_NOT_FOUND` (exit 6) and what git says of a range outside the file (exit 2). */
export async function blame(options: TrailOptions, request: BlameRequest): Promise<FileBlame> {
  const { repository, database } = options;
  const { path, commit } = request;
  const [blamed, trail] = await Promise.all([blameFile(repository, request), Trail.open(options)]);
  const group = trail.groups.find(({ paths }) => paths.includes(path));
  const replayed = group === undefined ? null : await trail.replay(group);
  const owners = replayed === null ? null : await ownersIn(repository, request, replayed);
  const edits = replayed?.edits ?? [];
  const lines = blamed.map((line) => attributed(line, owners?.[line.line - 1] ?? 0, edits));
  return { path, commit, lines, steps: stepsOf(database, lines, edits), coverage: coverageOf(lines) };
}

/** Owners of the lines of the file at a commit, or in the work tree. */
async function ownersIn(
  { objects, head, topLevel }: TrailRepository,
  { path, commit }: BlameRequest,
  { ledger, table }: Replayed,
): Promise<Int32Array | null> {
  const at = commit ?? head;
  const blob = at === null ? null : await objects.resolve(at, path);
  const committed = blob?.type === 'blob' ? (ledger.blobs.get(blob.oid) ?? null) : null;
  if (commit !== null) return committed?.owners ?? null;
  const ids = table.split(await readFile(join(topLevel, path), 'utf8'));
  if (committed !== null && sameLines(committed.ids, ids)) return committed.owners;
  const parent = blob?.type === 'blob' ? { path, oid: blob.oid } : null;
  return (await ledger.peek({ path, parents: [parent], repeats: false }, ids)).owners;
}

function attributed(line: BlamedLine, owner: number, edits: readonly FoundEdit[]): AttributedLine {
  const edit = owner > 0 ? edits[editOf(owner)]! : null;
  const { line: number, text, commit, original_line, author, time } = line;
  return {
    line: number,
    text,
    commit,
    original_line,
    author,
    time,
    ...ownerFields(owner, edits),
    agent: edit?.session.agent ?? null,
    model: edit?.model ?? null,
  };
}

/** An owner number in the words of the record. */
export function ownerFields(owner: number, edits: readonly FoundEdit[]): LineOwner {
  const edit = owner > 0 ? edits[editOf(owner)] : undefined;
  if (edit === undefined)
    return { trace_id: null, step_index: null, patch_id: null, tier: 'unknown', firmness: null };
  const tier = tierOf(owner);
  return {
    trace_id: edit.session.trace_id,
    step_index: edit.step,
    patch_id: patchIdOf(edit.session.trace_id, edit.step, edit.ordinal),
    tier,
    firmness: tier === 'ledger' || tier === 'exact_range' ? 'firm' : 'provisional',
  };
}

function stepsOf(
  database: Sqlite,
  lines: readonly AttributedLine[],
  edits: readonly FoundEdit[],
): BlamedStep[] {
  const prompts = database.prepare(
    'SELECT text FROM turns WHERE trace = ? AND step <= ? ORDER BY step DESC LIMIT 1',
  );
  const counts = new Map<string, number>();
  for (const { trace_id, step_index } of lines) {
    if (trace_id !== null)
      counts.set(`${trace_id}:${step_index}`, (counts.get(`${trace_id}:${step_index}`) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => {
    const { session, step, model } = edits.find((edit) => keyOf(edit) === key)!;
    const [turn] = prompts.all<{ text: string }>(session.id, step);
    const { trace_id, agent } = session;
    return { trace_id, step_index: step, agent, model, lines: count, prompt: turn?.text ?? null };
  });
}

function keyOf({ session, step }: FoundEdit): string {
  return `${session.trace_id}:${step}`;
}

/** Blank lines and lines without a letter or digit count in no ratio. */
function coverageOf(lines: readonly AttributedLine[]): Coverage {
  const counted = lines.filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
  const owned = counted.filter(({ trace_id }) => trace_id !== null).length;
  const ratio = counted.length === 0 ? null : Math.round((owned / counted.length) * 10_000) / 10_000;
  return { attributed: owned, total: counted.length, ratio };
}

/** Throws `OT_FILE_NOT_FOUND` unless the work tree holds a regular file there. */
export async function assertFile({ topLevel }: TrailRepository, path: string): Promise<void> {
  const found = await lstat(join(topLevel, path)).catch(() => null);
  if (found?.isFile()) return;
  throw new OtError('OT_FILE_NOT_FOUND', 'not_found', 'the work tree holds no such file', {
    hint: 'give a path of the work tree, or a commit that has it: --rev COMMIT',
  });
}
