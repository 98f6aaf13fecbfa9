import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import { SecretList } from '../../src/security/secret-list.ts';
import { SourceSealer } from '../../src/security/source-sealer.ts';
import { COPY_FORMS, FORMS } from '../support/canaries.ts';
import { LeakFinder, type Secret } from '../support/leaks.ts';
import { type Sample, samplesOf } from './samples.ts';
import { ENTRIES, leavesOf, type Path, shapeOf, withLeaf } from './sessions.ts';

const SEED = 20_260_201;
const policy = resolvePolicy('recommended');

/** One of each, no two with a run in common: none may help to find another. */
const SAMPLES: readonly Sample[] = samplesOf(0).map((_, index) => samplesOf(index + 1)[index]!);

/** Samples that need no text around them, alone in theirs. */
const BARE: readonly Sample[] = SAMPLES.filter(
  ({ text, secret }) => text === `the value is ${secret} here`,
).map((sample) => ({ ...sample, text: sample.secret }));

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
  const secrets = all.map(({ sample, form, path }) => ({
    name: `${sample.rule}, ${form}, ${path.join('.')}`,
    text: sample.secret,
  }));
  expectLinesSealed(plant(all), secrets);
}

function expectLinesSealed(lines: readonly Buffer[], secrets: readonly Secret[]): void {
  const list = new SecretList();
  const sealed = sealAll(lines, list);
  expect(new LeakFinder(secrets).find(Buffer.concat(sealed))).toEqual([]);
  for (const [i, line] of lines.entries()) {
    expect(shapeOf(JSON.parse(sealed[i]!.toString()))).toEqual(shapeOf(JSON.parse(line.toString())));
  }
  expect(sealAll(sealed, list)).toEqual(sealed);
  expect(sealAll(sealed)).toEqual(sealed);
}

describe(`planted secrets (seed ${SEED})`, () => {
  test.each(Object.keys(FORMS))('every sample, %s', (form) => {
    const lines = SAMPLES.map(({ text }) => Buffer.from(`{"message":{"content":${FORMS[form]!(text)}}}`));
    expectLinesSealed(
      lines,
      SAMPLES.map(({ rule, secret }) => ({ name: `${rule}, ${form}`, text: secret })),
    );
  });

  test('every leaf', () => {
    for (const [i, leaf] of leaves.entries()) {
      expectSealed([{ ...leaf, sample: SAMPLES[i % SAMPLES.length]!, form: 'plain' }]);
    }
  });

  /** Each session has another secret in every leaf, so that none helps to find another. */
  test('every sample alone in every leaf', () => {
    expect(BARE.length).toBeGreaterThanOrEqual(leaves.length);
    for (let turn = 0; turn < BARE.length; turn += 6) {
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
      { seed: SEED, numRuns: 60 },
    );
  });
});

/** Copies on a line before the one that gives the secret away. */
test.each(Object.keys(COPY_FORMS))('a copy of every sample, %s', (form) => {
  const finder = new LeakFinder(SAMPLES.map(({ rule, secret }) => ({ name: rule, text: secret })));
  const copies = SAMPLES.map(({ secret }) => Buffer.from(`{"a":${COPY_FORMS[form]!(secret)}}`));
  const rules = new Set(SAMPLES.map(({ rule }) => rule));
  expect(new Set(finder.find(Buffer.concat(copies)).map(({ name }) => name))).toEqual(rules);
  const lines = [...copies, ...SAMPLES.map(({ text }) => Buffer.from(`{"a":${JSON.stringify(text)}}`))];
  const list = new SecretList();
  const sealed = sealAll(lines, list);
  expect(finder.find(Buffer.concat(sealed))).toEqual([]);
  expect(sealAll(sealed, list)).toEqual(sealed);
});

test('the check finds what is not sealed', () => {
  for (const form of Object.keys(FORMS)) {
    const finder = new LeakFinder(SAMPLES.map(({ rule, secret }) => ({ name: rule, text: secret })));
    const lines = SAMPLES.map(({ text }) => Buffer.from(FORMS[form]!(text)));
    const found = finder.find(Buffer.concat(lines)).map(({ name }) => name);
    expect(new Set(found), form).toEqual(new Set(SAMPLES.map(({ rule }) => rule)));
  }
});

test('ids and everything else of a session without secrets stay byte for byte', () => {
  const lines = plant([]);
  expect(sealAll(lines)).toEqual(lines);
});
