/** Writes where a trace changed files, and what was asked for before: what attribution looks up. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { SqliteValue } from '../base/sqlite.ts';
import { type CallEdits, editsOfStep, isUnconfirmed } from '../record/file-edits.ts';
import { isPrompt, type Step } from '../record/step.ts';

/** Runs a statement in the caller's transaction. */
export type Run = (sql: string, ...values: readonly SqliteValue[]) => void;

const LONGEST_TURN = 200;

export function writePatches(run: Run, trace: number, step: Step): void {
  const time = timeOf(step);
  for (const call of editsOfStep(step)) {
    const { ordinal, path: written, folder } = call;
    const path = folder === null || isAbsolute(written) ? written : posix.join(folder, written);
    const row = [trace, step.step_index, ordinal, time, path, effectOf(call), digestOf(step, call)];
    run('INSERT OR REPLACE INTO patches VALUES (?, ?, ?, ?, ?, ?, ?)', ...row);
  }
  if (!isPrompt(step) || typeof step.content !== 'string') return;
  const text = step.content.trim().slice(0, LONGEST_TURN).toWellFormed();
  run('INSERT OR REPLACE INTO turns VALUES (?, ?, ?)', trace, step.step_index, text);
}

/** What became of a call: `unknown` where the log does not say how it ended. */
function effectOf({ edits, result }: CallEdits): 'writes' | 'deletes' | 'unknown' {
  if (isUnconfirmed(result)) return 'unknown';
  return edits.every(({ op }) => op === 'delete') ? 'deletes' : 'writes';
}

/** Digest of all that attribution takes from a call. */
function digestOf({ model }: Step, { edits, result }: CallEdits): string {
  const { before, type } = result?.metadata ?? {};
  const facts = [model ?? null, edits, before ?? null, type === 'create'];
  return createHash('sha1').update(JSON.stringify(facts)).digest('hex').slice(0, 20);
}

/** Forgets the steps `from` to `to` of a trace. */
export function dropPatches(run: Run, trace: number, from: number, to: number): void {
  for (const table of ['patches', 'turns'])
    run(`DELETE FROM ${table} WHERE trace = ? AND step BETWEEN ? AND ?`, trace, from, to);
}

export function writePlace(run: Run, trace: number, cwd: string | null): void {
  if (cwd === null) run('DELETE FROM places WHERE trace = ?', trace);
  else run('INSERT OR REPLACE INTO places VALUES (?, ?)', trace, cwd);
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

function timeOf({ timestamp }: Step): number | null {
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
