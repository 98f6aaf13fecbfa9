/** What agents changed in a repository, turn by turn: a prompt, and the patches made before the next one. */
import type { Sqlite } from '../base/sqlite.ts';
import type { IndexedPatch } from './patch-index.ts';
import type { Trail } from './trail.ts';

export interface Turn {
  readonly trace_id: string;
  readonly agent: string;
  /** Step of the prompt; null for patches before any. */
  readonly prompt_step: number | null;
  /** What was asked for, at most 200 characters. */
  readonly prompt: string | null;
  readonly patches: readonly IndexedPatch[];
}

export interface Prompt {
  readonly step: number;
  readonly text: string;
}

/** Finds the prompt before a step of a trace, by the trace's number in the catalog. */
export function promptFinder(database: Sqlite): (trace: number, step: number) => Prompt | null {
  const sql = 'SELECT step, text FROM turns WHERE trace = ? AND step <= ? ORDER BY step DESC LIMIT 1';
  const statement = database.prepare(sql);
  return (trace, step) => statement.all<{ step: number; text: string }>(trace, step)[0] ?? null;
}

/** Turns with one of the patches, in the order of the first of each. */
export function turnsOf(database: Sqlite, trail: Trail, patches: readonly IndexedPatch[]): Turn[] {
  const promptAt = promptFinder(database);
  const turns = new Map<string, Turn & { readonly patches: IndexedPatch[] }>();
  for (const patch of patches) {
    const session = trail.session(patch.trace_id);
    if (session === null) continue;
    const prompt = promptAt(session.id, patch.step);
    const key = `${patch.trace_id}:${prompt?.step ?? 0}`;
    const known = turns.get(key);
    if (known !== undefined) known.patches.push(patch);
    else {
      const { trace_id } = patch;
      const asked = { prompt_step: prompt?.step ?? null, prompt: prompt?.text ?? null };
      turns.set(key, { trace_id, agent: session.agent, ...asked, patches: [patch] });
    }
  }
  return [...turns.values()];
}
