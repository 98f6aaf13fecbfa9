/** Writes where a trace changed files, and what was asked for before: what attribution looks up. */
import { posix } from 'node:path';
import type { SqliteValue } from '../base/sqlite.ts';
import { editsOfStep } from '../record/file-edits.ts';
import { isPrompt, type Step } from '../record/step.ts';

/** Runs a statement in the caller's transaction. */
export type Run = (sql: string, ...values: readonly SqliteValue[]) => void;

const LONGEST_TURN = 200;

export function writePatches(run: Run, trace: number, step: Step): void {
  const time = timeOf(step);
  for (const { ordinal, path: written, folder } of editsOfStep(step)) {
    const path = folder === null || isAbsolute(written) ? written : posix.join(folder, written);
    run('INSERT OR REPLACE INTO patches VALUES (?, ?, ?, ?, ?)', trace, step.step_index, ordinal, time, path);
  }
  if (!isPrompt(step) || typeof step.content !== 'string') return;
  const text = step.content.trim().slice(0, LONGEST_TURN).toWellFormed();
  run('INSERT OR REPLACE INTO turns VALUES (?, ?, ?)', trace, step.step_index, text);
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
