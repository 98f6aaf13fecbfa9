/** Suites that every agent's formats run: fixtures, damage, and the sessions of the shared corpus. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatOf } from '../../../src/capture/formats.ts';
import type { SessionFormat } from '../../../src/capture/session-source.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import type { TraceTally } from '../../tally/claude_code_tally.mjs';
import { expectSound, mutate, mutation } from './damage.ts';
import { summaryOf } from './summary.ts';
import { comparableCounts, eachLine, identityOf, type Outcome, runFully } from './support.ts';

export type TallyText = (text: string) => readonly TraceTally[];

export const FIXTURES = fileURLToPath(new URL('../../../fixtures/sessions', import.meta.url));
export const CORPUS = fileURLToPath(new URL('../../../../shared/corpus/sessions', import.meta.url));

/** Session files of an agent's fixtures, below its folder. */
export function fixtureInputs(agent: string): string[] {
  return readdirSync(join(FIXTURES, agent), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|\/)input\.jsonl?$/.test(name))
    .sort();
}

/** Parses bytes as the pipeline does, by the format they are detected as. */
export function parseBytes(bytes: Buffer, path: string): Outcome & { readonly format: SessionFormat } {
  const format = formatOf(bytes.subarray(0, 65536), path);
  if (!format) throw new Error(`${path} is not recognised`);
  const identity = identityOf(format, path, bytes);
  if (!identity) throw new Error(`${path} has no identity`);
  const makeParse = format.parse.bind(format);
  return { format, ...runFully(bytes, { sessionId: identity.sessionId, makeParse }) };
}

/** `vitest -u` rewrites the summaries; a person reads the difference. */
export function describeFixtures(agent: string, tallyText: TallyText): void {
  describe.each(fixtureInputs(agent))(`${agent} fixture %s`, (name) => {
    const bytes = readFileSync(join(FIXTURES, agent, name));
    const outcome = parseBytes(bytes, join('/sessions', name));
    const { format, steps, facts } = outcome;

    test('gives the expected steps', async () => {
      const identity = identityOf(format, join('/sessions', name), bytes);
      const told = { trace: identity, format: format.name, ...facts, steps: steps.map(summaryOf) };
      const expected = join(FIXTURES, agent, name.replace(/input\.jsonl?$/, 'expected.json'));
      await expect(`${JSON.stringify(told, null, 2)}\n`).toMatchFileSnapshot(expected);
    });

    test('has the counts of the tally, and sound steps', () => {
      const [tally] = tallyText(bytes.toString('utf8'));
      expect({ trace: '', ...comparableCounts(outcome) }).toEqual(tally);
      expectSound(outcome);
    });

    test('gives the same however its bytes are cut', () => {
      const sessionId = identityOf(format, name, bytes)?.sessionId ?? 'none';
      const makeParse = format.parse.bind(format);
      const { steps: again, facts: factsAgain } = runFully(bytes, { sessionId, makeParse, chunk: 7 });
      expect({ steps: again, facts: factsAgain }).toEqual(runFully(bytes, { sessionId, makeParse }));
    });
  });
}

const SEED = 19_990_731;
const RUNS = 300;

/** Whatever the bytes, a format's parser ends soon, throws nothing and numbers its steps. */
export function describeDamage(agent: string, formats: readonly SessionFormat[]): void {
  const sources = fixtureInputs(agent).map((name) => readFileSync(join(FIXTURES, agent, name)));
  describe(`damaged ${agent} sessions (seed ${SEED}, ${RUNS} runs)`, () => {
    test.each(formats.map((format) => [format.name, format] as const))('as %s', (_, format) => {
      const damage = fc.array(mutation, { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(fc.constantFrom(...sources), damage, (source, mutations) => {
          const bytes = mutations.reduce(mutate, source);
          format.detect(bytes.subarray(0, 65536), 'input.jsonl');
          const sessionId = identityOf(format, '/sessions/input.jsonl', bytes)?.sessionId ?? 'none';
          expectSound(runFully(bytes, { sessionId, makeParse: format.parse.bind(format) }));
        }),
        { seed: SEED, numRuns: RUNS },
      );
    });
  });
}

/** Lines of a source as its format's pipeline would hand them to a tally. */
export function textOfLines(bytes: Buffer): string {
  const lines: string[] = [];
  eachLine(bytes, (line) => lines.push(line.bytes.toString('utf8')));
  return lines.join('\n');
}

export interface CorpusSuite {
  readonly agent: string;
  /** Its folder in the corpus, when that has another name. */
  readonly folder?: string;
  readonly tallyText: TallyText;
  /** Sessions that must be there. */
  readonly sessions: number;
  /** True when a source is not the very file, but made of rows or several files. */
  readonly composed?: boolean;
  /** Codes of limitations that are in these sessions, beside `no_result`. */
  readonly limits?: readonly string[];
}

/** Sources of a session beyond the first: files of the same session that went apart. */
async function otherSources(bucket: TestBucket, traceId: string): Promise<Buffer[]> {
  const { sources } = await (await bucket.folder(traceId)).meta();
  return Promise.all(Array.from({ length: sources - 1 }, (_, at) => bucket.source(traceId, at + 1)));
}

/** Every session of the shared corpus: captured, restored byte for byte, counted, captured again. */
export function describeCorpus(suite: CorpusSuite): void {
  const { agent, tallyText, sessions, composed = false } = suite;
  const limits = ['no_result', ...(suite.limits ?? [])];
  const folder = join(CORPUS, suite.folder ?? agent);
  describe.skipIf(!existsSync(folder))(`${agent} sessions of the corpus`, () => {
    test('are captured, restored and counted', async () => {
      const bucket = await TestBucket.open();
      const { results } = await bucket.capture([folder]);
      const captured = results.filter(({ trace_id }) => trace_id !== undefined);
      expect(new Set(captured.map(({ trace_id }) => trace_id)).size).toBe(sessions);
      for (const { path, trace_id = '', agent: found } of captured) {
        expect(found).toBe(agent);
        const source = await bucket.source(trace_id);
        const restored = [source, ...(await otherSources(bucket, trace_id))];
        const bytes = composed ? source : readFileSync(path);
        expect(
          restored.some((each) => each.equals(bytes)),
          path,
        ).toBe(true);
        const [tally] = tallyText(source.toString('utf8'));
        const head = await (await bucket.folder(trace_id)).head();
        const counted = comparableCounts({ facts: { head } } as unknown as Outcome);
        expect({ trace: '', ...counted }, path).toEqual(tally);
        expect(head.limitations, path).toEqual(head.limitations.filter(({ code }) => limits.includes(code)));
      }
      const trees = await bucket.trees();
      const again = await bucket.capture([folder]);
      expect(again.results.filter(({ status }) => status !== 'unchanged' && status !== 'skipped')).toEqual(
        [],
      );
      expect(await bucket.trees()).toEqual(trees);
      await expectVerified(bucket);
      await bucket.close();
    });
  });
}
