import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import { SecretList } from '../../src/security/secret-list.ts';
import { SourceSealer } from '../../src/security/source-sealer.ts';
import { survivingRuns } from './canaries.ts';
import { SAMPLES, type Sample } from './samples.ts';
import { ENTRIES, leavesOf, type Path, shapeOf, withLeaf } from './sessions.ts';

const SEED = 20_260_201;
const policy = resolvePolicy('recommended');

/** Public parts of a sample, which say nothing: the header and footer of a key. */
function secretParts(secret: string): string[] {
  return secret.startsWith('-----')
    ? secret.split('\n').filter((line) => !line.startsWith('-----'))
    : [secret];
}

/** Samples that need no text around them, alone in theirs. */
const BARE: readonly Sample[] = SAMPLES.filter(
  ({ text, secret }) => text === `the value is ${secret} here`,
).map((sample) => ({ ...sample, text: sample.secret }));

/** Ways a text gets into a JSON string; each is written as a JSON string literal. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => JSON.stringify(text),
  'JSON in a string': (text) => JSON.stringify(JSON.stringify({ out: text })),
  'JSON in JSON in a string': (text) =>
    JSON.stringify(JSON.stringify([JSON.stringify({ out: `${text}\n` })])),
  'escaped letters': (text) =>
    `"${[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`,
  'escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'between line ends': (text) => JSON.stringify(`first\n${text}\r\nlast`),
  'typographic neighbours': (text) => JSON.stringify(`„${text}“ — ok`),
  'in a diff': (text) =>
    JSON.stringify(
      text
        .split('\n')
        .map((line) => `+${line}`)
        .join('\n'),
    ),
  'with line numbers': (text) =>
    JSON.stringify(
      text
        .split('\n')
        .map((line, i) => `${String(i + 1).padStart(6)}→${line}`)
        .join('\n'),
    ),
};

interface Planted {
  readonly entry: number;
  readonly path: Path;
  readonly sample: Sample;
  readonly form: string;
}

const leaves = ENTRIES.flatMap((entry, index) => leavesOf(entry).map((path) => ({ entry: index, path })));
const planted = fc.record({
  leaf: fc.constantFrom(...leaves),
  sample: fc.constantFrom(...SAMPLES),
  form: fc.constantFrom(...Object.keys(FORMS)),
});

/** The session with everything planted. The literal replaces a marker, so that its escapes stay as written. */
function plant(all: readonly Planted[]): Buffer[] {
  const lines = ENTRIES.map((entry, index) => {
    let line = JSON.stringify(entry);
    let current: unknown = entry;
    for (const [i, { path }] of all.entries()) {
      if (all[i]!.entry === index) current = withLeaf(current, path, `@@${i}@@`);
    }
    line = JSON.stringify(current);
    return all.reduce(
      (text, { sample, form }, i) => text.replace(`"@@${i}@@"`, () => FORMS[form]!(sample.text)),
      line,
    );
  });
  return lines.map((line) => Buffer.from(line));
}

function sealAll(lines: readonly Buffer[], list = new SecretList()): Buffer[] {
  const sealer = new SourceSealer({ policy, list, format: 'claude-jsonl' });
  for (const line of lines) sealer.scan(line);
  return lines.map((line) => sealer.seal(line));
}

function expectSealed(all: readonly Planted[]): void {
  const lines = plant(all);
  const list = new SecretList();
  const sealed = sealAll(lines, list);
  const bytes = Buffer.concat(sealed);
  for (const { sample, form, path } of all) {
    const found = survivingRuns(bytes, secretParts(sample.secret).join('\n'));
    expect(found, `${sample.rule}, ${form}, ${path.join('.')}`).toEqual([]);
  }
  for (const [i, line] of lines.entries()) {
    expect(shapeOf(JSON.parse(sealed[i]!.toString()))).toEqual(shapeOf(JSON.parse(line.toString())));
  }
  expect(sealAll(sealed, list)).toEqual(sealed);
  expect(sealAll(sealed)).toEqual(sealed);
}

describe(`planted secrets (seed ${SEED})`, () => {
  test.each(Object.keys(FORMS))('every sample, %s', (form) => {
    for (const sample of SAMPLES) expectSealed([{ entry: 0, path: ['message', 'content'], sample, form }]);
  });

  test('every leaf', () => {
    for (const [i, leaf] of leaves.entries()) {
      expectSealed([{ ...leaf, sample: SAMPLES[i % SAMPLES.length]!, form: 'plain' }]);
    }
  });

  /** Each session has another secret in every leaf, so that none helps to find another. */
  test('every sample alone in every leaf', () => {
    expect(BARE.length).toBeGreaterThanOrEqual(leaves.length);
    for (let turn = 0; turn < BARE.length; turn += 1) {
      expectSealed(
        leaves.map((leaf, i) => ({ ...leaf, sample: BARE[(i + turn) % BARE.length]!, form: 'plain' })),
      );
    }
  });

  test('any leaves, samples and forms', () => {
    const many = fc.uniqueArray(planted, { minLength: 1, maxLength: 12, selector: ({ leaf }) => leaf });
    fc.assert(
      fc.property(many, (all) =>
        expectSealed(all.map(({ leaf, sample, form }) => ({ ...leaf, sample, form }))),
      ),
      { seed: SEED, numRuns: 100 },
    );
  });
});

test('the check finds what is not sealed', () => {
  const sample = SAMPLES[0]!;
  for (const form of Object.keys(FORMS)) {
    const line = Buffer.concat(plant([{ entry: 0, path: ['message', 'content'], sample, form }]));
    expect(survivingRuns(line, sample.secret), form).toHaveLength(sample.secret.length - 7);
  }
});

test('ids and everything else of a session without secrets stay byte for byte', () => {
  const lines = plant([]);
  expect(sealAll(lines)).toEqual(lines);
});
