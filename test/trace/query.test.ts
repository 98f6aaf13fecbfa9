/** `trace query` through the program: words, filters, pages, mistakes. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { sessionIdOf, traceOf } from '../sync/sessions.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are looked at key by key
type Document = any;

let machine: Machine;

async function query(...argv: string[]): Promise<Document> {
  const { stdout } = await runInProcess(['trace', 'query', '--json', ...argv], { machine });
  return JSON.parse(stdout);
}

/** `trace:step` of every hit in order, traces by the number they were made from. */
async function hits(...argv: string[]): Promise<string[]> {
  const { candidates, error } = await query(...argv);
  expect(error).toBeUndefined();
  return candidates.map(({ trace_id, step_index }: Document) => `${numberOf(trace_id)}:${step_index}`);
}

async function tracesOf(...argv: string[]): Promise<number[]> {
  return [...new Set((await hits('--limit', '100', ...argv)).map((hit) => Number(hit.split(':')[0])))].sort();
}

function numberOf(traceId: string): number {
  return [1, 2, 3, 4].find((number) => traceOf(number) === traceId)!;
}

function session(number: number, extra: Record<string, unknown> = {}): SessionText {
  return new SessionText(sessionIdOf(number), extra);
}

beforeAll(async () => {
  machine = newMachine();
  const folder = tempDir('git-ot-query-');
  writeSession(
    session(1)
      .user('The LedgerWriter loses rows when two writers run. Please look at src/ledger/flush_queue.ts')
      .call('Read', { file_path: '/home/dev/acme/src/ledger/flush_queue.ts' })
      .result('call_1', 'export function flushQueue(rows) { return writeAll(rows); }')
      .call('Edit', {
        file_path: '/home/dev/acme/src/ledger/flush_queue.ts',
        old_string: 'a',
        new_string: 'takeLock',
      })
      .result('call_2', 'done')
      .call('Bash', { command: 'npx vitest run ledger' })
      .result('call_3', ' Tests  3 passed (3)')
      .call('Bash', { command: 'git commit -am "ledger: one writer at a time"' })
      .result('call_4', '[main 1a2b3c4] ledger: one writer at a time\n 1 file changed'),
    { folder },
  );
  writeSession(
    session(2, { cwd: '/home/dev/other' })
      .user('Warum schlägt die Prüfung der Überweisung fehl? 日本語の検索も試す')
      .call('Bash', { command: 'npm install left-pad@1.3.0 && pytest -q' })
      .result('call_1', '1 failed, 2 passed in 0.1s')
      .call('Skill', { skill: 'code-review' })
      .result('call_2', 'loaded')
      .say('The transfer was rounded twice; rows were counted again.'),
    { folder },
  );
  writeSession(
    session(3, { cwd: '/home/dev/other', timestamp: '2025-06-01T08:00:00.000Z' })
      .user('Write about parsing of XMLHttpRequest headers')
      .say('Parsed them: parseHeaderLine does it, see docs/headers.md.'),
    { folder },
  );
  const { code } = await runInProcess(['capture', folder], { machine });
  expect(code).toBe(0);
});

describe('words', () => {
  it('finds any of them, the step with more and rarer ones first', async () => {
    expect((await hits('loses', 'rows', 'writers'))[0]).toBe('1:1');
    expect(await tracesOf('rows')).toEqual([1, 2]);
    expect(await hits('nothingthatisthere')).toEqual([]);
    expect((await query('nothingthatisthere')).total).toBe(0);
  });

  it('takes identifiers and paths apart, in texts and in queries', async () => {
    for (const words of ['ledger writer', 'LedgerWriter', 'ledger_writer', 'ledgerwriter', 'LEDGERWRITER']) {
      expect((await hits(...words.split(' ')))[0], words).toBe('1:1');
    }
    expect((await hits('XMLHttpRequest'))[0]).toBe('3:1');
    expect((await hits('xml', 'http', 'request'))[0]).toBe('3:1');
    expect((await hits('flushQueue'))[0]?.startsWith('1:')).toBe(true);
    expect(await tracesOf('flush_queue.ts')).toEqual([1]);
    expect(await tracesOf('src/ledger/flush_queue.ts')).toEqual([1]);
  });

  it('finds other forms of a word', async () => {
    expect(await hits('parser')).toEqual(expect.arrayContaining(['3:1', '3:2']));
    expect((await hits('losing'))[0]).toBe('1:1');
    expect(await tracesOf('writer')).toEqual([1, 3]);
  });

  it('reads phrases, beginnings and what must not be there', async () => {
    expect(await hits('"two writers"')).toEqual(['1:1']);
    expect((await hits('two writers run'))[0]).toBe('1:1');
    expect(await hits('"writers two"')).toEqual([]);
    expect(await hits('ledg* nothing')).not.toEqual([]);
    expect(await tracesOf('trans*')).toEqual([2]);
    expect(await tracesOf('--', 'rows', '-counted')).toEqual([1]);
    expect(await tracesOf('--lex', 'rows -"two writers" -counted')).toEqual([1]);
  });

  it('finds words of other languages and scripts', async () => {
    expect(await hits('Überweisung')).toEqual(['2:1']);
    expect(await hits('uberweisung')).toEqual(['2:1']);
    expect(await hits('überweis*')).toEqual(['2:1']);
    expect(await hits('検索')).toEqual(['2:1']);
    expect(await hits('索検')).toEqual([]);
  });

  it('shows the passage and where the words are in it', async () => {
    const { candidates } = await query('LedgerWriter loses');
    const [{ field, text, highlights }] = candidates[0].excerpts;
    expect(field).toBe('user');
    expect(highlights.map(([from, to]: number[]) => text.slice(from, to))).toEqual([
      'LedgerWriter',
      'loses',
      'writers',
      'ledger',
    ]);
    expect(candidates[0].matched_fields).toContain('user');
  });

  it('shows the passage of a word without its accents, and of scripts without blanks', async () => {
    for (const [asked, shown] of [
      ['uberweisung', 'Überweisung'],
      ['überweis*', 'Überweisung'],
      ['検索', '検索'],
    ] as const) {
      const [{ text, highlights }] = (await query(asked)).candidates[0].excerpts;
      expect(highlights.map(([from, to]: number[]) => text.slice(from, to))).toEqual([shown]);
    }
  });
});

describe('filters', () => {
  it.each([
    [
      ['--tool', 'bash'],
      [1, 2],
    ],
    [
      ['--tool', 'B?sh'],
      [1, 2],
    ],
    [['--files', 'src/ledger'], [1]],
    [['--files', 'src/*.ts', '--file-op', 'edit'], [1]],
    [['--files', '/home/dev/acme/src/ledger/flush_queue.ts', '--file-op', 'read'], [1]],
    [['--files', 'ledger/none.ts'], []],
    [['--skill', 'code-review'], [2]],
    [['--test', 'pytest'], [2]],
    [['--test', 'failed'], [2]],
    [
      ['--test', 'any'],
      [1, 2],
    ],
    [['--dependency', 'left-pad'], [2]],
    [['--committed'], [1]],
    [['--uncommitted'], [2, 3]],
    [['--success'], [1]],
    [['--no-success'], [2]],
    [
      ['--project', 'other'],
      [2, 3],
    ],
    [
      ['--agent', 'claude-code'],
      [1, 2, 3],
    ],
    [['--agent', 'codex-cli'], []],
    [
      ['--model', 'opus-4'],
      [1, 2, 3],
    ],
    [['--model', 'haiku'], []],
    [
      ['--since', '2026-01-01'],
      [1, 2],
    ],
    [['--until', '2026-01-01'], [3]],
    [['--project', 'other', '--tool', 'Bash', '--test', 'any'], [2]],
  ])('%j', async (argv, expected) => {
    expect(await tracesOf(...argv)).toEqual(expected);
    expect(await tracesOf('rows', ...argv)).toEqual(expected.filter((number) => number !== 3));
  });

  it('points at the step that shows why', async () => {
    expect(await hits('--test', 'failed')).toEqual(['2:2']);
    expect(await hits('--files', 'flush_queue.ts', '--file-op', 'edit')).toEqual(['1:3']);
  });

  it('knows the project of the current folder', async () => {
    const here = { ...machine, cwd: '/home/dev/acme' };
    const argv = ['trace', 'query', '--cwd', '--json'];
    const { candidates } = JSON.parse((await runInProcess(argv, { machine: here })).stdout);
    expect(candidates.map(({ trace_id }: Document) => trace_id)).toEqual([traceOf(1)]);
    expect(await tracesOf('--cwd')).toEqual([]);
  });
});

describe('pages', () => {
  it('go through all hits, each once, in the same order', async () => {
    for (const sort of ['relevance', 'time']) {
      const argv = ['the', 'rows', 'bash', 'parse', '--sort', sort];
      const all = await hits(...argv, '--limit', '1000');
      const seen: string[] = [];
      let cursor: string[] = [];
      for (;;) {
        const page = await query(...argv, '--limit', '2', ...cursor);
        expect(page.total).toBe(all.length);
        seen.push(...page.candidates.map((hit: Document) => `${numberOf(hit.trace_id)}:${hit.step_index}`));
        if (page.next_cursor === null) break;
        cursor = ['--cursor', page.next_cursor];
      }
      expect(seen).toEqual(all);
    }
  });

  it('sort by time, newest session first', async () => {
    const order = (await hits('--sort', 'time', 'rows', 'headers')).map((hit) => hit.split(':')[0]);
    expect(order.at(-1)).toBe('3');
  });

  it('refuse the cursor of another query', async () => {
    const { next_cursor: cursor } = await query('rows', '--limit', '1');
    expect((await query('other', '--cursor', cursor)).error.code).toBe('OT_BAD_CURSOR');
    expect((await query('rows', '--agent', 'pi', '--cursor', cursor)).error.code).toBe('OT_BAD_CURSOR');
  });
});

it.each([
  [['"open'], 'OT_QUERY_SYNTAX'],
  [['--lex=-only -not'], 'OT_QUERY_SYNTAX'],
  [['a', '--success', '--no-success'], 'OT_BAD_VALUE'],
  [['a', '--no-success', '--success'], 'OT_BAD_VALUE'],
  [['a', '--agent', 'claude'], 'OT_BAD_VALUE'],
  [['***', '---', '()'], 'OT_QUERY_SYNTAX'],
  [['x'.repeat(5000)], 'OT_QUERY_SYNTAX'],
  [[], 'OT_QUERY_EMPTY'],
  [['  '], 'OT_QUERY_EMPTY'],
  [['a', '--limit', '0'], 'OT_BAD_VALUE'],
  [['a', '--limit', '2000'], 'OT_BAD_VALUE'],
  [['a', '--sort', 'best'], 'OT_BAD_VALUE'],
  [['a', '--file-op', 'edit'], 'OT_BAD_VALUE'],
  [['a', '--files', 'x', '--file-op', 'move'], 'OT_BAD_VALUE'],
  [['a', '--committed', '--uncommitted'], 'OT_BAD_VALUE'],
  [['a', '--project', 'acme', '--cwd'], 'OT_BAD_VALUE'],
  [['a', '--since', 'soon'], 'OT_BAD_VALUE'],
])('%j is refused: %s', async (argv, code) => {
  const separate = argv.some((word) => word.startsWith('---')) ? ['--', ...argv] : argv;
  const { stdout, code: exit } = await runInProcess(['trace', 'query', '--json', ...separate], { machine });
  expect(JSON.parse(stdout).error?.code).toBe(code);
  expect(exit).toBe(2);
});

it('names the agents that there are, where one is none', async () => {
  expect((await query('rows', '--agent', 'claude')).error.hint).toContain('claude-code, codex-cli');
});

describe('words of great number', () => {
  const many = Array.from({ length: 60 }, (_, place) => `nothing${place}`);

  it('the rarest are looked for, and what is left out is told', async () => {
    const common = ['rows', 'the', 'ledger', 'run', 'two', 'lock', 'queue', 'flush'];
    const { candidates, limitations } = await query(...many, ...common, 'loses');
    expect(candidates[0].step_index).toBe(1);
    expect(candidates[0].excerpts[0].highlights.length).toBeGreaterThan(2);
    const [{ code, count, words }] = limitations;
    expect([code, count, words.length]).toEqual(['words_left_out', 37, 37]);
    expect(words.every((word: string) => word.startsWith('nothing'))).toBe(true);
    const { stdout } = await runInProcess(['trace', 'query', ...many, 'loses'], { machine });
    expect(stdout).toContain('not looked for: 29 of the words');
    expect((await query('rows')).limitations).toEqual([]);
  });

  it('what must not be there is all left out', async () => {
    const without = many.map((word) => `-${word}`);
    expect(await tracesOf('--', 'rows', ...without, '-counted')).toEqual([1]);
    const more = Array.from({ length: 500 }, (_, place) => `-n${place}`);
    expect(await tracesOf(`--lex=${[...more, '-counted', 'rows'].join(' ')}`)).toEqual([1]);
  });
});

it('leaves out sessions that hold a word, where only filters say what is wanted', async () => {
  expect(await tracesOf('--project', 'other', '--', '-transfer')).toEqual([3]);
  expect(await tracesOf('--agent', 'claude-code', '--', '-transfer', '-"two writers"')).toEqual([3]);
  expect(await tracesOf('--agent', 'claude-code', '--', '-nothingthatisthere')).toEqual([1, 2, 3]);
  const page = await query('--agent', 'claude-code', '--limit', '1', '--', '-transfer');
  const rest = await query('--agent', 'claude-code', '--cursor', page.next_cursor, '--', '-transfer');
  expect([page.total, rest.candidates.length]).toEqual([2, 1]);
  expect((await query('--', '-transfer')).error.message).toContain('no filter says of what');
});

it('takes any text as a text: no operator of the index, no statement of SQL', async () => {
  const texts = [
    'a OR',
    'NEAR(a b)',
    'user_text : rows',
    "'; DROP TABLE traces; --",
    'a AND (',
    '{x}',
    '^rows',
    'rows*x',
    '\u0000',
    '%_[',
    '"a" "b',
    '\ud800',
  ];
  for (const text of texts) {
    const { status, error } = await query(`--lex=${text}`);
    expect(status === 'ok' || error.code === 'OT_QUERY_SYNTAX', `${text}: ${error?.code}`).toBe(true);
  }
  expect(await tracesOf('rows')).toEqual([1, 2]);
});

it('says that there is no bucket', async () => {
  const { stdout, code } = await runInProcess(['trace', 'query', 'x', '--json'], {});
  expect(JSON.parse(stdout).error.code).toBe('OT_NO_BUCKET');
  expect(code).toBe(6);
});

it('keeps the catalog to its owner', async () => {
  const { statSync } = await import('node:fs');
  await query('rows');
  expect(statSync(join(machine.otHome, 'cache')).mode & 0o077).toBe(0);
});
