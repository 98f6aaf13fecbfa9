/** `trail blame FILE`: for each line the commit that brought it, and the agent's step that wrote it. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import { hashObject } from '../git/object-codec.ts';
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { attribute, latestReplay } from './attribute.ts';
import { type BlamedLine, blameFile } from './git-blame.ts';
import { sameLines } from './lines.ts';
import { editOf, type Tier, tierOf } from './owner.ts';
import type { KnownEdit } from './replay.ts';
import { blobAt, type TrailRepository } from './repository.ts';
import { type StoredRange, TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';
import { unlistedFile } from './unlisted.ts';

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
  /** What that commit calls the file. */
  readonly original_path: string;
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

/** Who wrote a line: number of the trace in the catalog, and what names the patch. */
interface LineFacts {
  readonly trace: number;
  readonly traceId: string;
  readonly agent: string;
  readonly model: string | null;
  readonly step: number;
  readonly ordinal: number;
  readonly tier: Tier;
}

/** Throws `OT_FILE_NOT_FOUND` and `OT_LINE_NOT_FOUND` (exit 6). */
export async function blame(options: TrailOptions, request: BlameRequest): Promise<FileBlame> {
  const { repository, database } = options;
  const { path, commit } = request;
  const [blamed, facts] = await Promise.all([blameFile(repository, request), factsOf(options, request)]);
  const told = blamed.map(({ line, text }) => facts(line, text));
  const lines = blamed.map((line, at) => attributed(line, told[at]!));
  const steps = stepsOf(database, told);
  return { path, commit, lines, steps, coverage: coverageOf(lines) };
}

/** The text is that which git shows: where a filter stands between work tree and git, its lines may be others. */
type FactsOfLine = (line: number, text: string) => LineFacts | null;

async function factsOf(options: TrailOptions, { path, commit }: BlameRequest): Promise<FactsOfLine> {
  const { database, repository } = options;
  const { objects, head, topLevel } = repository;
  const trail = await Trail.open(options);
  const connected = trail.connected(path);
  if (trail.dirty.hasAny(connected)) await attribute(options, trail, { paths: connected });
  const bytes = commit === null ? await readFile(join(topLevel, path)) : null;
  const now = bytes === null ? null : hashObject(objects.algorithm, 'blob', bytes);
  const isKnown = now !== null && trail.hasFile(path, now);
  const blob = isKnown ? now : await blobAt(objects, commit ?? head, path);
  const text = bytes?.toString('utf8') ?? null;
  if (text !== null && blob !== now)
    return whereShown(text, await workTreeFacts(options, trail, { path, blob, text }));
  const isUnlisted = commit !== null && blob !== null && trail.commit(commit) === null;
  const unlisted = isUnlisted ? await unlistedFile(options, trail, { path, commit, blob }) : null;
  if (unlisted !== null) return factsOfOwners(unlisted.owners, unlisted.edits);
  const ranges = blob === null ? [] : new TrailStore(database, repository).file(path, blob);
  const lines = new Map<number, LineFacts>();
  for (const { start, end, ...range } of ranges) {
    const facts = factsOfRange(range, trail);
    for (let line = start; line <= end; line += 1) if (facts !== null) lines.set(line, facts);
  }
  const facts: FactsOfLine = (line) => lines.get(line) ?? null;
  return text === null ? facts : whereShown(text, facts);
}

/** Facts of lines that git shows as the work tree has them. */
function whereShown(text: string, facts: FactsOfLine): FactsOfLine {
  const lines = text.split('\n');
  const bare = (line: string | undefined): string | undefined => line?.replace(/\r$/, '');
  return (line, shown) => (bare(lines[line - 1]) === bare(shown) ? facts(line, shown) : null);
}

function factsOfRange(
  { traceId, ...range }: Omit<StoredRange, 'start' | 'end'>,
  trail: Trail,
): LineFacts | null {
  const session = trail.session(traceId);
  return session === null ? null : { trace: session.id, traceId, agent: session.agent, ...range };
}

/** Lines of a file that is otherwise than in HEAD. */
async function workTreeFacts(
  options: TrailOptions,
  trail: Trail,
  { path, blob, text }: { readonly path: string; readonly blob: Oid | null; readonly text: string },
): Promise<FactsOfLine> {
  const [group] = trail.groupsOf([path]);
  if (group === undefined) return () => null;
  const { ledger, table, edits } = await latestReplay(options, trail, group);
  const ids = table.split(text);
  const committed = blob === null ? undefined : ledger.blobs.get(blob);
  const parent = blob === null ? null : { path, oid: blob };
  const isSame = committed !== undefined && sameLines(committed.ids, ids);
  const { owners } = isSame
    ? committed
    : await ledger.peek({ path, parents: [parent], authored: Number.MAX_SAFE_INTEGER, repeats: false }, ids);
  return factsOfOwners(owners, edits);
}

function factsOfOwners(owners: Int32Array, edits: readonly KnownEdit[]): FactsOfLine {
  return (line) => {
    const owner = owners[line - 1] ?? 0;
    const edit = owner > 0 ? edits[editOf(owner)] : undefined;
    return edit === undefined ? null : factsOfEdit(edit, tierOf(owner));
  };
}

function factsOfEdit({ session, model, step, ordinal }: KnownEdit, tier: Tier): LineFacts {
  const { id: trace, trace_id: traceId, agent } = session;
  return { trace, traceId, agent, model, step, ordinal, tier };
}

function attributed(line: BlamedLine, facts: LineFacts | null): AttributedLine {
  const { line: number, text, commit, original_line, original_path, author, time } = line;
  return {
    line: number,
    text,
    commit,
    original_line,
    original_path,
    author,
    time,
    ...ownerFields(facts),
    agent: facts?.agent ?? null,
    model: facts?.model ?? null,
  };
}

/** An owner in the words of the record. */
export function ownerFields(
  facts: Pick<LineFacts, 'traceId' | 'step' | 'ordinal' | 'tier'> | null,
): LineOwner {
  if (facts === null)
    return { trace_id: null, step_index: null, patch_id: null, tier: 'unknown', firmness: null };
  const { traceId, step, ordinal, tier } = facts;
  return {
    trace_id: traceId,
    step_index: step,
    patch_id: tier === 'turn_snapshot' ? null : patchIdOf(traceId, step, ordinal),
    tier,
    firmness: tier === 'ledger' || tier === 'exact_range' ? 'firm' : 'provisional',
  };
}

/** Steps in the order of their first lines. */
function stepsOf(database: Sqlite, lines: ReadonlyArray<LineFacts | null>): BlamedStep[] {
  const steps = new Map<string, { readonly facts: LineFacts; lines: number }>();
  for (const facts of lines) {
    if (facts === null) continue;
    const key = `${facts.traceId}:${facts.step}`;
    const known = steps.get(key) ?? { facts, lines: 0 };
    known.lines += 1;
    steps.set(key, known);
  }
  return [...steps.values()].map(({ facts: { trace, traceId, step, agent, model }, lines: count }) => {
    const prompt = promptBefore(database, trace, step);
    return { trace_id: traceId, step_index: step, agent, model, lines: count, prompt };
  });
}

/** What was asked for before a step of a trace, by its number in the catalog: at most 200 characters; null for nothing. */
export function promptBefore(database: Sqlite, trace: number, step: number): string | null {
  const sql = 'SELECT text FROM turns WHERE trace = ? AND step <= ? ORDER BY step DESC LIMIT 1';
  return database.all<{ text: string }>(sql, trace, step)[0]?.text ?? null;
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
