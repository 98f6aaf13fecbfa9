/** Patches whose text has a line, and what keeps each of them from owning it. */
import type { Sqlite } from '../base/sqlite.ts';
import { patchIdOf } from '../record/patch.ts';
import { newTexts } from './edit-texts.ts';
import type { FileGroup } from './file-events.ts';
import { LineTable } from './lines.ts';
import { authoredBlocks } from './lost-edits.ts';
import type { FoundEdit, PlacedPatch } from './read-edits.ts';
import type { Trail } from './trail.ts';

export type KeptFrom =
  /** Made after the commit that brought the line. */
  | 'later_than_commit'
  /** The patch repeats a line that was there before it. */
  | 'repeats_line'
  /** The line tells too little to be told from others like it. */
  | 'everyday_line'
  /** Another patch has the same line and nothing tells them apart. */
  | 'several_patches'
  /** No state of the file carries the line from the patch to the commit: it was taken away or typed anew between. */
  | 'not_carried';

export interface Candidate {
  readonly patch_id: string;
  readonly trace_id: string;
  readonly step_index: number;
  readonly agent: string;
  /** Where the patch was made, below the top of the work tree. */
  readonly path: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** `white_space`: the lines differ in white space only. */
  readonly match: 'exact' | 'white_space';
  /** Empty for the patch that owns the line. */
  readonly kept_from: readonly KeptFrom[];
}

export interface CandidateSearch {
  readonly text: string;
  /** Milliseconds since 1970 of the last moment of the commit that brought the line; null for the work tree. */
  readonly until: number | null;
  /** Patch that owns the line. */
  readonly owner: string | null;
  readonly isEveryday: boolean;
}

export interface Candidates {
  /** In the order of their times; at most {@link MOST_CANDIDATES}. */
  readonly found: readonly Candidate[];
  readonly more: number;
  /** Patches of the file whose texts are not here, or of which the log does not say how they ended. */
  readonly unreadable: number;
}

export const MOST_CANDIDATES = 50;

/** Looks at every patch of a file. */
export async function candidatesFor(
  trail: Trail,
  { patches }: FileGroup,
  search: CandidateSearch,
): Promise<Candidates> {
  const edits = await trail.sources.readEdits(patches);
  const hits: Array<{ readonly edit: FoundEdit } & Match> = [];
  for (const edit of edits) {
    const match = await matchIn(edit, search.text);
    if (match !== null) hits.push({ edit, ...match });
  }
  const able = hits.filter(({ edit, isNew }) => isNew && !isLate(edit, search));
  const found = hits.map(({ edit, isNew, match }): Candidate => {
    const id = idOf(edit);
    const kept: KeptFrom[] = [];
    if (isLate(edit, search)) kept.push('later_than_commit');
    if (!isNew) kept.push('repeats_line');
    if (kept.length === 0 && search.isEveryday) kept.push('everyday_line');
    if (kept.length === 0 && able.length > 1) kept.push('several_patches');
    if (kept.length === 0) kept.push('not_carried');
    const { session, step, path, time } = edit;
    return {
      ...{ patch_id: id, trace_id: session.trace_id, step_index: step, agent: session.agent, path },
      ...{ time: new Date(time).toISOString(), match, kept_from: id === search.owner ? [] : kept },
    };
  });
  return {
    found: found.slice(0, MOST_CANDIDATES),
    more: Math.max(0, found.length - MOST_CANDIDATES),
    unreadable: patches.length - edits.length,
  };
}

function isLate({ time }: PlacedPatch, { until }: CandidateSearch): boolean {
  return until !== null && time > until;
}

function idOf({ session, step, ordinal }: PlacedPatch): string {
  return patchIdOf(session.trace_id, step, ordinal);
}

interface Match {
  readonly match: Candidate['match'];
  /** The edit brings the line: it does not stand in the text before it. */
  readonly isNew: boolean;
}

/** Null when the edit's new text lacks the line. */
async function matchIn(edit: FoundEdit, text: string): Promise<Match | null> {
  const table = new LineTable();
  const wanted = table.id(text);
  const bare = table.bare(wanted);
  const exact = (id: number): boolean => id === wanted;
  const loose = (id: number): boolean => id === wanted || (bare !== 0 && table.bare(id) === bare);
  const after = edit.edits.flatMap(newTexts).map((each) => table.split(each));
  const isExact = after.some((ids) => ids.some(exact));
  const isSame = isExact ? exact : loose;
  if (!after.some((ids) => ids.some(isSame))) return null;
  const blocks = edit.edits.flatMap((each) =>
    each.op === 'cell' ? [table.split(each.text)] : authoredBlocks(table, each),
  );
  const over = edit.edits[0]?.op === 'write' ? ((await edit.before?.text()) ?? '') : '';
  const isNew = blocks.some((ids) => ids.some(isSame)) && !table.split(over).some(isSame);
  return { match: isExact ? 'exact' : 'white_space', isNew };
}

/** How many calls of the repository's sessions may have changed a file of that name, of which nobody knows how they ended. */
export function unconfirmedCalls(database: Sqlite, trail: Trail, name: string): number {
  const sql =
    "SELECT count(*) AS count FROM patches WHERE trace = ? AND effect = 'unknown' AND (path = ? OR path LIKE ? ESCAPE '\\')";
  const statement = database.prepare(sql);
  const pattern = `%/${name.replace(/[\\%_]/g, '\\$&')}`;
  let calls = 0;
  for (const { id } of trail.sessions.values())
    calls += statement.all<{ count: number }>(id, name, pattern)[0]?.count ?? 0;
  return calls;
}
