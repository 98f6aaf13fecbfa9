import { describe, expect, it } from 'vitest';
import type { TraceHead } from '../../../src/record/trace.ts';
import { markdownOf } from '../../../src/trace/export/markdown.ts';
import { codeBlock, plainText, proseBlock } from '../../../src/trace/export/markdown-text.ts';
import { call, Sample, TRACE } from '../sample.ts';

describe('proseBlock', () => {
  it('keeps Markdown, and disarms what would act', () => {
    expect(proseBlock('a **b** `c`')).toBe('a **b** `c`\n');
    expect(proseBlock('<script>x</script> ![x](http://example.com/x.png)')).toBe(
      '&lt;script>x&lt;/script> !\\[x](http://example.com/x.png)\n',
    );
    expect(proseBlock('# top\ntext\n===\n###### deep')).toBe('#### top\ntext\n\\===\n###### deep\n');
  });

  it('leaves code as it is, and closes what was left open', () => {
    expect(proseBlock('```html\n<b>\n```\n<b>')).toBe('```html\n<b>\n```\n&lt;b>\n');
    expect(proseBlock('~~~~\n<b>\n~~~\n```')).toBe('~~~~\n<b>\n~~~\n```\n~~~~\n');
    expect(proseBlock('```\n<b>')).toBe('```\n<b>\n```\n');
  });

  it('is not fooled by what only looks like a code block', () => {
    for (const text of [
      '``` a`b\n<b>',
      '- ```\n  ```\n<b>',
      '  ```\n<b>',
      '> ```\n<b>',
      '``\n<b>',
      '```\n  ```\n<b>',
    ]) {
      expect(proseBlock(text)).toContain('&lt;b>');
    }
  });
});

it('codeBlock has a fence that its text cannot close', () => {
  expect(codeBlock('a')).toBe('```\na\n```\n');
  expect(codeBlock('```\n````\n')).toBe('`````\n```\n````\n`````\n');
});

it('plainText is one line without marks', () => {
  expect(plainText(' a\n<b> [c](d) *e* `f` #g | \\h')).toBe(
    'a \\<b\\> \\[c\\](d) \\*e\\* \\`f\\` \\#g \\| \\\\h',
  );
});

describe('markdownOf', () => {
  const head = {
    trace_id: TRACE,
    session_id: 's',
    title: 'A <title>',
    agent: { name: 'x' },
    metrics: { total_steps: 2 },
  };
  const child = {
    head: { ...head, trace_id: 'child' } as TraceHead,
    steps: new Sample().say('hi').steps,
    dependencies: null,
    remote: null,
  };
  const sample = new Sample()
    .ask('do it')
    .calls([call('Bash', { command: 'echo "```"' })], { content: '```\n', error: 'exit_code:1' });
  const page = [
    ...markdownOf(
      {
        head: head as TraceHead,
        steps: sample.steps,
        dependencies: null,
        remote: 'team',
        children: new Map([['c2.0', { ...child, children: new Map() }]]),
      },
      (text) => text,
    ),
  ].join('');

  it('shows steps, calls, results and sub-agents where they were called', () => {
    expect(page).toContain('# A \\<title\\>\n');
    expect(page).toContain('- From: team (sealed copy)\n');
    expect(page).toContain('## 1. user, 2026-01-05T00:00:30.000Z\n\ndo it\n');
    expect(page).toContain('Result (exit\\_code:1):\n\n````\n```\n````\n');
    expect(page.indexOf('### Sub-agent child')).toBeGreaterThan(page.indexOf('Call of **Bash**'));
    expect(page).toContain('#### 1. agent');
  });

  it('passes everything of the transcript through the cleaner', () => {
    const dirty = new Sample().ask('a\u001b[31m').say('b\u202e').run('c\u0007', 'd\u009b');
    const told = [
      ...markdownOf(
        {
          head: head as TraceHead,
          steps: dirty.steps,
          dependencies: null,
          remote: null,
          children: new Map(),
        },
        (text) => text.replace(/[^\x20-\x7e\n]/g, '?'),
      ),
    ];
    expect(told.join('')).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
