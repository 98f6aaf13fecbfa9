/** Runs of tests: told from the command, and their result from what the runner printed. */
import { effectiveCommand } from './command-family.ts';
import { simpleCommands } from './shell-command.ts';

export interface TestResult {
  /** `unknown` when neither the exit code nor the output tells. */
  readonly status: 'passed' | 'failed' | 'unknown';
  /** Counts as the runner's own summary gave them; null when there was none. */
  readonly passed: number | null;
  readonly failed: number | null;
}

/** Programs that do nothing but run tests. */
const RUNNERS: ReadonlySet<string> = new Set(
  (
    'pytest py.test vitest jest mocha ava rspec phpunit pest tox nox ctest gotestsum bats ' +
    'nextest behave cucumber minitest unittest playwright cypress karma jasmine tap stestr'
  ).split(' '),
);
/** Programs whose first word says what they do. */
const SUBCOMMAND_PROGRAMS: ReadonlySet<string> = new Set(
  'cargo go dotnet swift deno mix bazel zig dart flutter stack cabal lein meson'.split(' '),
);
/** Programs that run tasks by name, somewhere among their first words. */
const TASK_PROGRAMS: ReadonlySet<string> = new Set(
  (
    'npm pnpm yarn bun make gmake just mise task rake rails composer turbo nx lerna gradle gradlew mvn mvnw sbt ' +
    'ninja xcodebuild artisan'
  ).split(' '),
);
/** `test`, `tests`, `test:unit`, `unit-test`, `:app:testDebug`: a task that runs tests. */
const TEST_TASK = /^(?:[\w:][\w.:/-]{0,40}[:_-]|:)?(?:tests?|spec)(?:[:_-][\w.:-]{0,40}|[A-Z]\w{0,40})?$/;
/** Tasks of other names that run tests by convention, by program. */
const TEST_TASKS_OF: ReadonlyMap<string, string> = new Map([
  ['make', 'check'],
  ['gmake', 'check'],
  ['gradle', 'check'],
  ['gradlew', 'check'],
  ['mvn', 'verify'],
  ['mvnw', 'verify'],
  ['npm', 't'],
]);

/** Name of the test runner a command line starts, such as `pytest` or `go test`; null when it runs no test. */
export function testRunnerOf(line: string): string | null {
  for (const words of simpleCommands(line)) {
    const runner = runnerIn(effectiveCommand(words));
    if (runner !== null) return runner;
  }
  return null;
}

function runnerIn([program = '', ...rest]: readonly string[]): string | null {
  if (RUNNERS.has(program)) return program;
  if (/^python[\d.]*$|^pypy3?$/.test(program)) return pythonModule(rest);
  if (program === 'node') return rest.includes('--test') ? 'node --test' : null;
  if (SUBCOMMAND_PROGRAMS.has(program)) return subcommand(program, rest);
  if (!TASK_PROGRAMS.has(program)) return null;
  for (const word of rest.slice(0, 6)) {
    if (RUNNERS.has(word)) return word;
    if (TEST_TASK.test(word)) return `${program} ${word}`;
    if (TEST_TASKS_OF.get(program) === word) return `${program} ${word}`;
  }
  return null;
}

function subcommand(program: string, words: readonly string[]): string | null {
  const verb = words.find((word) => !/^[-+]/.test(word));
  if (verb === 'nextest') return verb;
  return verb === 'test' || (verb === 't' && program === 'cargo') ? `${program} test` : null;
}

function pythonModule(words: readonly string[]): string | null {
  const at = words.indexOf('-m');
  const module = at < 0 ? undefined : words[at + 1];
  return module !== undefined && RUNNERS.has(module) ? module : null;
}

const TAIL = 16_384;
const COUNTS: ReadonlyArray<readonly [pattern: RegExp, kind: 'passed' | 'failed']> = [
  [/\b(\d{1,7}) (?:passed|passing|tests? passed)\b/gi, 'passed'],
  [/\b(\d{1,7}) (?:failed|failing|failures?|tests? failed)\b/gi, 'failed'],
  [/^(?:#|\u2139) pass (\d{1,7})$/gm, 'passed'],
  [/^(?:#|\u2139) fail (\d{1,7})$/gm, 'failed'],
  [/\bfailures[=:] ?(\d{1,7})/gi, 'failed'],
  [/\bOK \((\d{1,7}) tests?/g, 'passed'],
];
const FAIL_MARKS =
  /^(?:--- FAIL:|FAIL\b|FAILED\b|not ok \d|\s{0,8}[\u2716\u2717\u00d7]|.{0,40}test result: FAILED)|\bBUILD FAILURE\b/m;
const PASS_MARKS = /^(?:ok {2,}\S|ok {0,4}\t|PASS\b|OK\b|.{0,40}test result: ok)|\bBUILD SUCCESS\b/m;

/** A pipe, a further command or a background job, where `&&` and redirections are taken out. */
const HIDES_EXIT_CODE = /[|;&\n]/;

/** How a test run ended, as its observation tells. */
export interface TestEnd {
  readonly command: string;
  readonly output: string;
  /** `error` of the observation; null when there was none. */
  readonly error: string | null;
}

/**
 * Result of a test run. A pipe such as `| tail` or a `;` hides the exit code, so the runner's own words come
 * first; without words, a command line whose exit code is the runner's own has passed when it did not fail.
 */
export function testResultOf({ command, output, error }: TestEnd): TestResult {
  const text = output.slice(-TAIL);
  const counts = { passed: countOf(text, 'passed'), failed: countOf(text, 'failed') };
  if (error === 'no_result' || error === 'interrupted') return { status: 'unknown', ...counts };
  if ((counts.failed ?? 0) > 0 || FAIL_MARKS.test(text)) return { status: 'failed', ...counts };
  if (error !== null) return { status: 'failed', ...counts };
  const passed =
    (counts.passed ?? 0) > 0 ||
    PASS_MARKS.test(text) ||
    !HIDES_EXIT_CODE.test(command.replace(/>&|&>|&&/g, ' '));
  return { status: passed ? 'passed' : 'unknown', ...counts };
}

/** Where the output of tests tells of the first failure near its end; else where it counts them, else -1. */
export function failurePlace(output: string): number {
  const from = Math.max(0, output.length - TAIL);
  const tail = output.slice(from);
  const mark = FAIL_MARKS.exec(tail)?.index;
  const counted = /\b[1-9]\d{0,6} (?:failed|failing|failures?|passed|passing)\b/i.exec(tail)?.index;
  const place = mark ?? counted;
  return place === undefined ? -1 : from + place;
}

function countOf(text: string, wanted: 'passed' | 'failed'): number | null {
  let largest: number | null = null;
  for (const [pattern, kind] of COUNTS) {
    if (kind !== wanted) continue;
    for (const match of text.matchAll(pattern)) {
      largest = Math.max(largest ?? 0, Number(match[1]));
    }
  }
  return largest;
}

/**
 * How a session ended: as its record says; else as its last run of tests did, one that failed before one that
 * passed in the same step; null when neither tells. `passed` and `failed` are steps, null for none.
 */
export function endedWell(
  recorded: boolean | null | undefined,
  { passed, failed }: { readonly passed: number | null; readonly failed: number | null },
): boolean | null {
  if (typeof recorded === 'boolean') return recorded;
  if (passed === null && failed === null) return null;
  return (passed ?? 0) > (failed ?? 0);
}
