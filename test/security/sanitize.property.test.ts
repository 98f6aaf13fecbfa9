/** `sanitize` over any JSON with any samples in it: the shape stays, once is enough, and nothing planted is told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import { sanitize } from '../../src/security/sanitize.ts';
import { decodeSanitizeInput } from '../../src/security/sanitize-input.ts';
import { placesAt } from '../../src/security/token-paths.ts';
import { SAMPLES } from './samples.ts';

const SEED = 20_260_301;
const POLICY = resolvePolicy('recommended');

const planted = fc.constantFrom(...SAMPLES);
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  planted.map(({ text }) => text),
  planted.map(({ text }) => JSON.stringify({ note: text })),
  fc.constantFrom(null, true, 0, -1.5, 1e21, ''),
);
const key = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('__proto__', 'password', 'id', '7', 'a.b'));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const rows = fc.dictionary(fc.string({ maxLength: 6 }), tree, { maxKeys: 4 });

/** Kinds of values at each place; keys only count. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.values(value)
    .map(shapeOf)
    .map((shape) => JSON.stringify(shape))
    .sort();
}

async function sanitized(document: object) {
  return sanitize(decodeSanitizeInput(Buffer.from(JSON.stringify(document))), POLICY);
}

describe(`sanitize (seed ${SEED})`, () => {
  it('keeps the shape of a row, changes nothing the second time, and tells no secret', async () => {
    const property = fc.asyncProperty(rows, async (row) => {
      const once = await sanitized({ row });
      const known = JSON.parse(JSON.stringify(row));
      expect(shapeOf(once.sanitized)).toEqual(shapeOf(known));
      const twice = await sanitized({ row: once.sanitized });
      expect(twice).toMatchObject({ sanitized: once.sanitized, redactions_applied: 0 });
      const told = JSON.stringify([once.sanitized, once.findings]);
      for (const { secret } of SAMPLES) expect(told.includes(secret)).toBe(false);
    });
    await fc.assert(property, { seed: SEED, numRuns: 60 });
  });

  it('says where in a text each finding stood', async () => {
    const pieces = fc.array(
      fc.oneof(
        planted.map(({ secret }) => secret),
        fc.string({ unit: 'grapheme' }),
      ),
      { maxLength: 6 },
    );
    const property = fc.asyncProperty(pieces, async (parts) => {
      const text = parts.join(' \n');
      const { sanitized: answer, findings } = await sanitized({ text });
      let rest = text;
      for (const { start = 0, end = 0 } of [...findings].reverse()) {
        expect(end).toBeGreaterThan(start);
        rest = `${rest.slice(0, start)}${rest.slice(end)}`;
      }
      if (findings.length === 0) expect(answer).toBe(text);
      else expect(rest.length).toBeLessThan(text.length);
    });
    await fc.assert(property, { seed: SEED, numRuns: 60 });
  });
});

describe('placesAt', () => {
  it('names each string and key of any document', () => {
    const property = fc.property(rows, (row) => {
      const line = Buffer.from(JSON.stringify({ row }));
      const [place] = placesAt(line, { row: JSON.parse(JSON.stringify(row)) }, [line.indexOf('row')]);
      expect(place?.path).toBe('row');
    });
    fc.assert(property, { seed: SEED, numRuns: 50 });
    const value = { a: [{ b: 'x' }, 'y'], 'c.d': { e: 'z' } };
    const line = Buffer.from(JSON.stringify(value));
    const offsets = ['"x"', '"y"', '"z"'].map((text) => line.indexOf(text) + 1);
    expect(placesAt(line, value, offsets).map(({ path }) => path)).toEqual(['a[0].b', 'a[1]', 'c.d.e']);
  });
});
