import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editsOf, parseApplyPatch } from '../../src/record/apply-patch.ts';

const PATCH = `*** Begin Patch
*** Add File: docs/new.md
+# New
+
*** Delete File: old.txt
*** Update File: src/a.ts
*** Move to: src/b.ts
@@ class A
@@ method()
 keep
-gone
+here

*** End of File
*** End Patch`;

test('a patch tells its files, hunks and lines', () => {
  expect(parseApplyPatch(PATCH)).toEqual({
    damaged: false,
    files: [
      {
        op: 'add',
        path: 'docs/new.md',
        hunks: [
          {
            context: [],
            lines: [
              { op: '+', text: '# New' },
              { op: '+', text: '' },
            ],
            endOfFile: false,
            line: 3,
          },
        ],
      },
      { op: 'delete', path: 'old.txt', hunks: [] },
      {
        op: 'update',
        path: 'src/a.ts',
        moveTo: 'src/b.ts',
        hunks: [
          {
            context: ['class A', 'method()'],
            lines: [
              { op: ' ', text: 'keep' },
              { op: '-', text: 'gone' },
              { op: '+', text: 'here' },
              { op: ' ', text: '' },
            ],
            endOfFile: true,
            line: 10,
          },
        ],
      },
    ],
  });
});

test('hunks are counted where their lines stand', () => {
  const text = PATCH.split('\n');
  for (const { hunks } of editsOf(parseApplyPatch(PATCH)!)) {
    for (const { line, lines, added } of hunks) {
      const body = text.slice(line - 1, line - 1 + lines);
      expect(body.filter((each) => each.startsWith('+'))).toHaveLength(added);
    }
  }
});

test.each([
  ['a heredoc', `cd src && apply_patch <<'EOF'\n${PATCH}\nEOF\n`],
  ['CRLF', PATCH.replaceAll('\n', '\r\n')],
  ['words around it', `Here it is:\n${PATCH}\nThat was all; *** Update File: no.txt`],
])('%s around a patch changes nothing', (_, text) => {
  expect(parseApplyPatch(text)).toEqual(parseApplyPatch(PATCH));
});

test.each([
  ['no end marker', '*** Begin Patch\n*** Add File: a\n+x'],
  ['a line before the first file', '*** Begin Patch\nhello\n*** Add File: a\n+x\n*** End Patch'],
  ['a stray line in a hunk', '*** Begin Patch\n*** Update File: a\n@@\nstray\n*** End Patch'],
  ['text under a deleted file', '*** Begin Patch\n*** Delete File: a\n+x\n*** End Patch'],
  ['a file without path', '*** Begin Patch\n*** Add File: \n+x\n*** End Patch'],
])('%s is damage, and the rest is kept', (_, text) => {
  const patch = parseApplyPatch(text);
  expect(patch?.damaged).toBe(true);
  expect(patch?.files).toHaveLength(1);
});

test('a text without a patch has none', () => {
  expect(parseApplyPatch('git apply x.patch')).toBeNull();
});

test('a summary is bounded', () => {
  const files = Array.from({ length: 500 }, (_, at) => `*** Add File: ${'d/'.repeat(2000)}${at}\n+x`);
  const edits = editsOf(parseApplyPatch(`*** Begin Patch\n${files.join('\n')}\n*** End Patch`)!);
  expect(edits).toHaveLength(200);
  expect(edits[0]?.path).toHaveLength(1024);
  const hunks = '@@\n+x\n'.repeat(3000);
  const [edit] = editsOf(parseApplyPatch(`*** Begin Patch\n*** Update File: a\n${hunks}*** End Patch`)!);
  expect(edit?.hunks).toHaveLength(1000);
});

const SEED = 20_260_628;
const RUNS = 300;
const pieces = fc.constantFrom(
  ...['*** Begin Patch', '*** End Patch', '*** Add File: a', '*** Update File: b', '*** Delete File: c'],
  ...['*** Move to: d', '@@', '@@ x', '+', '-a', ' b', '', '*** End of File', '\u0000', '***'],
);

test(`any lines give a patch or none (seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (lines) => {
      const patch = parseApplyPatch(lines.join('\n'));
      expect(patch === null).toBe(!lines.includes('*** Begin Patch'));
      const opened = lines.filter((line) => /^\*\*\* (?:Add|Update|Delete) File: /.test(line)).length;
      expect(patch?.files.length ?? 0).toBeLessThanOrEqual(opened);
      for (const { hunks } of patch?.files ?? [])
        for (const { line, lines: own } of hunks)
          expect(line + own.length).toBeLessThanOrEqual(lines.length + 2);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
