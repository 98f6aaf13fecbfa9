/**
 * Executed documentation: fenced `console` blocks of Markdown files, run as a user would type them.
 *
 *     ```console
 *     $ git ot trace list        a command; a line that begins with `> ` continues it
 *     [..] one line              output; `[..]` stands for any text within a line
 *     ...                        any number of lines
 *     (exit 3)                   the exit code, where it is not 0
 *     ```
 *
 * stdout and stderr are one stream, as on a terminal. All blocks of a file share one machine.
 */

/** One command of a transcript, with what it must print. */
export interface TranscriptStep {
  readonly command: string;
  readonly expected: readonly string[];
  readonly exit: number;
  /** 0-based lines of the file that hold `expected` and the exit line: `[start, end)`. */
  readonly span: readonly [start: number, end: number];
}

const EXIT_LINE = /^\(exit (\d{1,3})\)$/;

/** Steps of every `console` block of a Markdown text, in order. */
export function parseTranscript(text: string): TranscriptStep[] {
  const steps: TranscriptStep[] = [];
  const lines = text.split('\n');
  let inside = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    if (line.startsWith('```')) {
      inside = !inside && line === '```console';
    } else if (inside) {
      if (!line.startsWith('$ ')) throw new Error(`line ${index + 1}: a block begins with a '$ ' line`);
      const step = parseStep(lines, index);
      steps.push(step);
      index = step.span[1] - 1;
    }
  }
  return steps;
}

function parseStep(lines: readonly string[], first: number): TranscriptStep {
  let next = first + 1;
  const command = [lines[first]!.slice(2)];
  for (; lines[next]?.startsWith('> ') === true; next += 1) command.push(lines[next]!.slice(2));
  const start = next;
  while (next < lines.length && !lines[next]!.startsWith('$ ') && !lines[next]!.startsWith('```')) next += 1;
  const body = lines.slice(start, next);
  const exit = EXIT_LINE.exec(body.at(-1) ?? '');
  return {
    command: command.join('\n'),
    expected: exit === null ? body : body.slice(0, -1),
    exit: Number(exit?.[1] ?? 0),
    span: [start, next],
  };
}

/** True when `actual` is what `expected` describes, line by line. */
export function matchesLines(expected: readonly string[], actual: readonly string[]): boolean {
  const wild = expected.indexOf('...');
  if (wild < 0) {
    return (
      expected.length === actual.length && expected.every((line, index) => matchesLine(line, actual[index]!))
    );
  }
  if (actual.length < wild || !matchesLines(expected.slice(0, wild), actual.slice(0, wild))) return false;
  const rest = expected.slice(wild + 1);
  for (let from = wild; from <= actual.length; from += 1) {
    if (matchesLines(rest, actual.slice(from))) return true;
  }
  return false;
}

/** `[..]` stands for any text, also for none. */
export function matchesLine(expected: string, actual: string): boolean {
  const parts = expected.split('[..]');
  const last = parts.pop()!;
  let position = 0;
  for (const [index, part] of parts.entries()) {
    const found = index === 0 ? (actual.startsWith(part) ? 0 : -1) : actual.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  if (parts.length === 0) return expected === actual;
  return actual.length - last.length >= position && actual.endsWith(last);
}

/**
 * The lines to write for `actual` when a transcript is updated: expected lines that still match keep
 * their placeholders.
 */
export function updatedLines(step: TranscriptStep, actual: readonly string[], exit: number): string[] {
  const body = matchesLines(step.expected, actual)
    ? [...step.expected]
    : actual.map(
        (line) => step.expected.find((old) => old.includes('[..]') && matchesLine(old, line)) ?? line,
      );
  return exit === 0 ? body : [...body, `(exit ${exit})`];
}

/** Output as lines; the line end of the last one does not count. */
export function outputLines(output: string): string[] {
  return output === '' ? [] : output.replace(/\n$/, '').split('\n');
}
