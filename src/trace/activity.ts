/** The working view of a trace: what was asked, edited, run and committed, in order. */
import { type Fields, listOf, membersOf } from '../base/fields.ts';
import { type CallFacts, callFactsOf, failed } from '../record/call-facts.ts';
import { committedIn } from '../record/commits.ts';
import { patchIdOf } from '../record/patch.ts';
import type { Observation, Step, ToolCall } from '../record/step.ts';
import { type TestResult, testResultOf } from '../record/test-run.ts';

/** Something a person asked for. */
export interface Turn {
  readonly step: number;
  /** Milliseconds since 1970; null when the step has no time. */
  readonly time: number | null;
  readonly text: string;
}

/** A call with its result and what it did. */
export interface CallActivity {
  readonly step: number;
  readonly time: number | null;
  readonly call: ToolCall;
  readonly result: Observation | undefined;
  readonly facts: CallFacts;
  readonly failed: boolean;
  /** How its tests ended; null when it ran none. */
  readonly test: TestResult | null;
}

/** One file changed by one call; a patch id follows from the place alone. */
export interface Patch {
  readonly patchId: string;
  readonly step: number;
  readonly path: string;
  readonly added: number;
  readonly removed: number;
}

/** A model step that changed files. */
export interface Edit {
  readonly step: number;
  readonly time: number | null;
  readonly patches: readonly Patch[];
}

export interface Commit {
  readonly step: number;
  /** As git abbreviated it in its output. */
  readonly sha: string;
  readonly branch: string | null;
  readonly subject: string;
}

export interface TestRun {
  readonly step: number;
  readonly runner: string;
  readonly result: TestResult;
}

export interface Activity {
  readonly traceId: string;
  /** Number of steps. */
  readonly steps: number;
  readonly turns: readonly Turn[];
  readonly calls: readonly CallActivity[];
  readonly edits: readonly Edit[];
  readonly commits: readonly Commit[];
  readonly tests: readonly TestRun[];
}

/** Pure. `steps` are inflated: large texts stand inline. */
export function activityOf(traceId: string, steps: readonly Step[]): Activity {
  const calls = steps.flatMap(callsOf);
  return {
    traceId,
    steps: steps.at(-1)?.step_index ?? 0,
    turns: steps.flatMap(turnOf),
    calls,
    edits: editsOf(traceId, calls),
    commits: calls.flatMap(commitsOf),
    tests: calls.flatMap(testOf),
  };
}

function turnOf(step: Step): Turn[] {
  const text = step.role === 'user' ? requestIn(step) : null;
  return text === null ? [] : [{ step: step.step_index, time: timeOf(step), text }];
}

/** What a person asked for in a step; a slash command is its name and arguments. */
function requestIn(step: Step): string | null {
  const text = textOf(step.content);
  if (step.kind === 'prompt') return text;
  const name = step.kind === 'command' ? /<command-name>([^<]{1,200})</.exec(text)?.[1] : undefined;
  if (name === undefined) return null;
  return `${name} ${/<command-args>([^<]{0,2000})</.exec(text)?.[1] ?? ''}`.trim();
}

function callsOf(step: Step): CallActivity[] {
  const results = new Map(step.observations.map((result) => [result.source_call_id, result]));
  return step.tool_calls.map((call) => {
    const result = results.get(call.tool_call_id);
    const facts = callFactsOf(call);
    const common = { step: step.step_index, time: timeOf(step), call, result, facts };
    return { ...common, failed: failed(result), test: testOutcome(facts, result) };
  });
}

/** Edits by step; calls that failed changed nothing. */
function editsOf(traceId: string, calls: readonly CallActivity[]): Edit[] {
  const edits = new Map<number, { time: number | null; patches: Patch[] }>();
  for (const { step, time, call, facts, failed: isFailed } of calls) {
    if (isFailed || facts.filesEdited.length === 0) continue;
    const edit = edits.get(step) ?? { time, patches: [] };
    edits.set(step, edit);
    for (const path of facts.filesEdited) {
      const patchId = patchIdOf(traceId, step, edit.patches.length + 1);
      edit.patches.push({ patchId, step, path, ...changedLines(call, path) });
    }
  }
  return [...edits].map(([step, edit]) => ({ step, ...edit }));
}

/** Lines a call added and removed, as far as its arguments tell. */
function changedLines(call: ToolCall, path: string): { added: number; removed: number } {
  const input = membersOf(call.input);
  const patched = listOf(call.metadata?.edits)
    .map(membersOf)
    .find((edit) => edit.path === path || edit.move_to === path);
  if (patched !== undefined)
    return sumOf(
      listOf(patched.hunks)
        .map(membersOf)
        .map((hunk) => [hunk.added, hunk.removed]),
    );
  const parts = Array.isArray(input.edits) ? input.edits.map(membersOf) : [input];
  return sumOf(
    parts.map((part) => [lines(newTextOf(part)), lines(part.old_string ?? part.oldText ?? part.oldString)]),
  );
}

function newTextOf(part: Fields): unknown {
  return (
    part.new_string ?? part.newText ?? part.newString ?? part.content ?? part.new_source ?? part.file_text
  );
}

function sumOf(pairs: ReadonlyArray<readonly [unknown, unknown]>): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  for (const [plus, minus] of pairs) {
    added += Number.isSafeInteger(plus) ? Number(plus) : 0;
    removed += Number.isSafeInteger(minus) ? Number(minus) : 0;
  }
  return { added, removed };
}

function lines(text: unknown): number {
  if (typeof text !== 'string' || text === '') return 0;
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function commitsOf({ step, facts, result, failed: isFailed }: CallActivity): Commit[] {
  if (facts.command === null || isFailed || !facts.command.includes('commit')) return [];
  return committedIn(textOf(result?.content)).map((commit) => ({ step, ...commit }));
}

function testOf({ step, facts, test }: CallActivity): TestRun[] {
  return test === null ? [] : [{ step, runner: facts.testRunner!, result: test }];
}

function testOutcome(facts: CallFacts, result: Observation | undefined): TestResult | null {
  if (facts.testRunner === null) return null;
  const error = result === undefined ? 'no_result' : (result.error ?? null);
  return testResultOf({ command: facts.command ?? '', output: textOf(result?.content), error });
}

export function timeOf(step: Step): number | null {
  const time = typeof step.timestamp === 'string' ? Date.parse(step.timestamp) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

/** A text, or nothing for one whose blob is not here. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
