/** Writes where a trace changed files, and what was asked for before: what attribution looks up. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { SqliteValue } from '../base/sqlite.ts';
import { callFactsOf } from '../record/call-facts.ts';
import { effectOfCommand } from '../record/command-effect.ts';
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
  writeCommands(run, trace, step, time);
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

/** Flags of a step's commands: see `CommandEffect`. */
export const COMMAND_EFFECTS = { writes: 1, brings: 2, commits: 4 } as const;

/** What the step's shell commands may have done to files; a command that is an edit by itself counts as that. */
function writeCommands(run: Run, trace: number, step: Step, time: number | null): void {
  let effect = 0;
  for (const call of step.tool_calls) {
    const { command, filesEdited } = callFactsOf(call);
    if (command === null || filesEdited.length > 0) continue;
    const { writes, brings, commits } = effectOfCommand(command);
    if (writes) effect |= COMMAND_EFFECTS.writes;
    if (brings) effect |= COMMAND_EFFECTS.brings;
    if (commits) effect |= COMMAND_EFFECTS.commits;
  }
  if (effect !== 0 && time !== null)
    run('INSERT OR REPLACE INTO commands VALUES (?, ?, ?, ?)', trace, step.step_index, time, effect);
}

/** Forgets the steps `from` to `to` of a trace. */
export function dropPatches(run: Run, trace: number, from: number, to: number): void {
  for (const table of ['patches', 'turns', 'commands'])
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
