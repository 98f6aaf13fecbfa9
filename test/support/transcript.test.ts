import { describe, expect, it } from 'vitest';
import { matchesLine, matchesLines, outputLines, parseTranscript, updatedLines } from './transcript.ts';

const PAGE = `# A story

\`\`\`console
$ echo one
one
$ printf 'a
> b'
a
b
(exit 4)
\`\`\`

\`\`\`sh
$ not run
\`\`\`
`;

describe('a transcript', () => {
  it('is the commands of its console blocks with output and exit code', () => {
    expect(parseTranscript(PAGE)).toEqual([
      { command: 'echo one', expected: ['one'], exit: 0, span: [4, 5] },
      { command: "printf 'a\nb'", expected: ['a', 'b'], exit: 4, span: [7, 10] },
    ]);
    expect(() => parseTranscript('```console\noutput\n```')).toThrow(/line 2/);
  });

  it('matches lines with placeholders, and nothing else', () => {
    expect(matchesLine('a [..] c', 'a bb c')).toBe(true);
    expect(matchesLine('a[..]', 'a')).toBe(true);
    expect(matchesLine('[..]', '')).toBe(true);
    expect(matchesLine('[..]a[..]a', 'a')).toBe(false);
    expect(matchesLine('a', 'a ')).toBe(false);
    expect(matchesLine('x[..]', 'ax')).toBe(false);
    expect(matchesLines(['a', '...', 'z'], ['a', 'b', 'c', 'z'])).toBe(true);
    expect(matchesLines(['...', 'z'], ['z'])).toBe(true);
    expect(matchesLines(['a', '...'], ['b'])).toBe(false);
    expect(matchesLines(['a'], ['a', 'b'])).toBe(false);
    expect(matchesLines([], ['a'])).toBe(false);
  });

  it('keeps placeholders that still match when it is updated', () => {
    const [step] = parseTranscript('```console\n$ x\nid [..]\nold\n```');
    expect(updatedLines(step!, ['id 7', 'new'], 3)).toEqual(['id [..]', 'new', '(exit 3)']);
    expect(updatedLines(step!, ['id 7', 'old'], 0)).toEqual(['id [..]', 'old']);
  });

  it('counts no line after the last line end', () => {
    expect(outputLines('a\nb\n')).toEqual(['a', 'b']);
    expect(outputLines('')).toEqual([]);
    expect(outputLines('a\n\n')).toEqual(['a', '']);
  });
});
