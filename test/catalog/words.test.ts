/** Words of texts and queries, their forms, and the language of a query. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependenciesIn } from '../../src/catalog/dependencies.ts';
import { pathPatterns } from '../../src/catalog/filter.ts';
import { parseQueryText } from '../../src/catalog/query-text.ts';
import { rerank } from '../../src/catalog/rank.ts';
import { stemOf } from '../../src/catalog/stems.ts';
import { camelParts, indexText, wordsOf } from '../../src/catalog/words.ts';

const RUNS = { numRuns: 300, seed: 20_260_301 };

describe('words', () => {
  it.each([
    ['parseXMLFile2', 'parseXMLFile2 parse XML File2'],
    ['call getUserName()', 'call getUserName get User Name()'],
    ['snake_case-and/path.ts', 'snake_case-and/path.ts'],
    ['PLAIN Words 42', 'PLAIN Words 42'],
    ['日本語', ' 日  本  語 '],
    [`before ${'a1B2'.repeat(30)} after`, 'before   after'],
    ['aBcDeFgHiJkLmNoPqRsT', 'aBcDeFgHiJkLmNoPqRsT'],
  ])('%j goes into the index as %j', (text, expected) => {
    expect(indexText(text)).toBe(expected);
  });

  it('a query asks for the parts, in order', () => {
    expect(wordsOf('src/ledger/flushQueue.ts')).toEqual(['src', 'ledger', 'flush', 'queue', 'ts']);
    expect(wordsOf('Überweisung 検索')).toEqual(['überweisung', '検', '索']);
    expect(wordsOf('--- ***')).toEqual([]);
  });

  it('keeps every word of a text that is no encoded data', () => {
    const word = fc.stringMatching(/^[A-Za-z][a-z0-9]{0,20}$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const found = new Set(indexText(words.join(' ')).toLowerCase().split(/\s+/));
        for (const each of words) expect(found).toContain(each.toLowerCase());
        for (const each of words.flatMap(camelParts)) expect(found).toContain(each.toLowerCase());
      }),
      RUNS,
    );
  });

  it('takes time in proportion to the text, whatever it is', () => {
    const nasty = ['a', 'A', 'aA', 'a1', '検', '_', 'aAa_', ' a', 'é'];
    for (const unit of nasty) {
      const start = process.hrtime.bigint();
      indexText(unit.repeat(1_000_000 / unit.length));
      expect(Number(process.hrtime.bigint() - start) / 1e6, unit).toBeLessThan(3000);
    }
  });
});

describe('stems', () => {
  it.each([
    ['query', 'queries'],
    ['fail', 'failed', 'failing', 'fails'],
    ['stop', 'stopped', 'stopping', 'stops'],
    ['create', 'created', 'creating', 'creates', 'creation'],
    ['migrate', 'migration', 'migrations', 'migrating', 'migrated'],
    ['parse', 'parser', 'parsing', 'parsed', 'parsers'],
    ['cache', 'caches', 'cached', 'caching'],
  ])('%s and its forms are one', (...forms) => {
    expect(new Set(forms.map(stemOf)).size, forms.map(stemOf).join()).toBe(1);
  });

  it('other words stay apart, and a stem begins its word', () => {
    expect(stemOf('class')).toBe('class');
    expect(stemOf('io')).toBe('io');
    expect(stemOf('größe')).toBe('größe');
    expect(stemOf('test')).not.toBe(stemOf('tester2'));
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,30}$/), (word) => {
        expect(word.startsWith(stemOf(word))).toBe(true);
        expect(stemOf(word).length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });
});

describe('the language of a query', () => {
  it('has words, phrases, beginnings and what must not be there', () => {
    expect(parseQueryText('stale "lock file" auth* -old -"gone by"')).toEqual({
      wanted: [
        { kind: 'word', words: ['stale'] },
        { kind: 'phrase', words: ['lock', 'file'] },
        { kind: 'prefix', words: ['auth'] },
      ],
      unwanted: [
        { kind: 'word', words: ['old'] },
        { kind: 'phrase', words: ['gone', 'by'] },
      ],
    });
    expect(parseQueryText('  ').wanted).toEqual([]);
    expect(parseQueryText('a-b').wanted).toEqual([{ kind: 'word', words: ['a', 'b'] }]);
  });

  it('reads or refuses any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        try {
          for (const { words } of parseQueryText(text).wanted) {
            expect(words.length).toBeGreaterThan(0);
            for (const word of words) expect(word).not.toMatch(/["*\s]/);
          }
        } catch (error) {
          expect((error as { code?: string }).code).toBe('OT_QUERY_SYNTAX');
        }
      }),
      RUNS,
    );
  });
});

it('patterns of paths are those of git', () => {
  expect(pathPatterns('./src/bucket/')).toEqual([
    'src/bucket',
    'src/bucket/*',
    '*/src/bucket',
    '*/src/bucket/*',
  ]);
  expect(pathPatterns('/home/dev/a.ts')).toEqual(['/home/dev/a.ts', '/home/dev/a.ts/*']);
  expect(pathPatterns('*.ts')).toEqual(['*.ts', '*.ts/*']);
});

it.each([
  ['npm install left-pad@1.3.0 @scope/name --save-dev', ['left-pad@1.3.0', '@scope/name']],
  ['cd app && pnpm add -D vitest && pnpm test', ['vitest']],
  ['pip install -r requirements.txt "requests[socks]>=2" ./local', ['requests']],
  ['python3 -m pip install numpy', ['numpy']],
  ['uv pip install httpx==0.27', ['httpx@0.27']],
  ['go get example.com/mod/pkg@v1.2.3', ['example.com/mod/pkg@1.2.3']],
  ['cargo add serde --features derive', ['serde']],
  ['npm run install-all; echo npm install x', []],
  ['npm ci', []],
])('%s installs %j', (command, names) => {
  const found = dependenciesIn(command);
  expect(found.map(({ name, version }) => (version === null ? name : `${name}@${version}`))).toEqual(names);
});

it('ranks a step above its equals by what is near it, and the same each time', () => {
  const hits = [
    { trace: 1, step: 5, score: 10 },
    { trace: 2, step: 5, score: 10 },
    { trace: 2, step: 6, score: 9 },
    { trace: 3, step: 1, score: 2 },
  ];
  const ranked = rerank(hits);
  expect(ranked.map(({ trace, step }) => `${trace}:${step}`)).toEqual(['2:5', '2:6', '1:5', '3:1']);
  expect(rerank([...hits].reverse())).toEqual(ranked);
  expect(rerank([])).toEqual([]);
});
