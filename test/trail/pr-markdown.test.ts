import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSpan, pullRequestMarkdown } from '../../src/trail/pr-markdown.ts';
import type { PullRequest } from '../../src/trail/pull-request.ts';
import { ot, runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

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
    { commit: 'c'.repeat(40), subject: text, lines: 2, agent_lines: 1, without_lineage: null },
    { commit: 'd'.repeat(40), subject: text, lines: 2, agent_lines: 0, without_lineage: 'files_not_edited' },
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

  it('tells what was asked for, what is left, and why a commit has no lineage; nothing secret', async () => {
    const world = new World();
    world.write('a.ts', 'start\n');
    world.commit('start');
    world.git('checkout', '-q', '-b', 'topic');
    const token = `ghp_${'Ab1'.repeat(12)}`;
    const session = world.session(`Use @someone's ${token} in #1 ${'x '.repeat(70)}${token}`);
    session.edit('a.ts', 'start\n', 'start\nconst one = 1;\nconst two = 2;\n');
    world.commit(`use ${token}`);
    world.write('a.ts', 'start\nconst one = 1;\n// by a person\n');
    world.commit('mend');
    world.write('b.md', 'text\n');
    world.commit('text');
    await world.capture();
    const render = () => runInProcess(['trail', 'blame', 'pr', 'render'], { machine: world.machine });
    const [once, twice] = [await render(), await render()];
    expect(once).toEqual(twice);
    expect(once.stdout).not.toContain(token);
    const short = (revision: string): string => world.git('rev-parse', revision).slice(0, 12);
    const trace = (await world.traceNumbers()).keys().next().value;
    expect(once.stdout.split('\n')).toEqual([
      '## Intent',
      '',
      `- \`Use @someone's [REDACTED:access_token:1] in #1 ${'x '.repeat(70)}[REDACTED:ac…\` (\`claude-code\`, session \`${trace}\`, 2 lines)`,
      '',
      '## What was done',
      '',
      `- ${short('HEAD~2')} \`use [REDACTED:access_token:1]\`: 2 of 2 lines by agents`,
      '',
      '## Files',
      '',
      '- `a.ts`: 2 of 3 lines by agents',
      '',
      '## Survival',
      '',
      '1 of 2 lines that agents wrote are in the branch. Patches: 1 `repaired`.',
      '',
      '## Commits without lineage',
      '',
      `- ${short('HEAD~1')} \`mend\`: sessions edited its files, and none of its lines is known to be theirs`,
      `- ${short('HEAD')} \`text\`: no known session edited its files`,
      '',
    ]);
    const { reply } = await ot(world.machine, 'trail', 'blame', 'pr', 'render', '--base', 'HEAD');
    expect(reply).toMatchObject({
      schema_version: 'opentraces.trail.pr_render.v1',
      commits: [],
      intents: [],
    });
    expect((await ot(world.machine, 'trail', 'blame', 'pr', 'render', '--base', 'nothing')).code).toBe(6);
  });
});
