import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSpan, pullRequestMarkdown } from '../../src/trail/pr-markdown.ts';
import type { PullRequest } from '../../src/trail/pull-request.ts';

const EVIL = [
  '<img src=x onerror=alert(1)> @everyone #12 https://example.invalid www.example.invalid',
  '[a](javascript:b) ![c](d) `` ` ``` ```\n# heading\n```\n<!-- -->',
  '\u202e\u0007\u200b\u2028\u2066text\u001b[31m',
  'a | b \\` c\\',
  '``',
  ' ',
];

/** What a Markdown reader takes for code, by the rules of code spans; the rest of the row is ours. */
function outsideOfSpans(row: string): string {
  let rest = '';
  for (let at = 0; at < row.length; ) {
    const fence = /^`+/.exec(row.slice(at))?.[0] ?? '';
    if (fence === '') rest += row[at++];
    else {
      const close = new RegExp(`[^\`]${fence}(?!\`)`).exec(row.slice(at + fence.length));
      if (close === null) return `${rest}${row.slice(at)}`;
      at += fence.length + close.index + 1 + fence.length;
    }
  }
  return rest;
}

const factsWith = (text: string): PullRequest => ({
  base: 'a'.repeat(40),
  head: 'b'.repeat(40),
  intents: [{ trace_id: text, agent: text, prompt_step: 1, prompt: text, lines: 2 }],
  commits: [
    { commit: 'c'.repeat(40), subject: text, lines: 2, agent_lines: 1, relations: [], without_lineage: null },
    {
      commit: 'd'.repeat(40),
      subject: text,
      lines: 2,
      agent_lines: 0,
      relations: [],
      without_lineage: 'files_not_edited',
    },
  ],
  files: [{ path: text, lines: 2, agent_lines: 1 }],
  survival: {
    patches: { lost: 1 },
    authored_line_count: 1,
    preserved_line_count: 0,
    retention_fraction: 0,
  },
});

describe('the text of a pull request', () => {
  it('has only code spans of what others wrote', () => {
    const frame = (text: string): string =>
      pullRequestMarkdown(factsWith(text)).split('\n').map(outsideOfSpans).join('\n');
    const plain = frame('plain');
    for (const text of EVIL) if (text.trim() !== '') expect(frame(text), JSON.stringify(text)).toBe(plain);
    const marks = fc.array(
      fc.constantFrom('`', '``', '\\', '<b>', '@a', '#1', '\n', '\u202e', ' ', 'x', '|'),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(marks, (parts) => {
        const text = `x${parts.join('')}`;
        expect(frame(text)).toBe(plain);
        expect(codeSpan(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
