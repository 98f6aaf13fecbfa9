/** The tree of a session: no number moves while it grows, and every branch can be read from either record. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { piJsonl } from '../../../src/capture/pi/index.ts';
import { type Outcome, runFully } from '../shared/support.ts';

const SEED = 20_251_120;
const RUNS = 200;

interface Row {
  readonly id: string;
  readonly parentId: string | null;
  readonly kind: 'user' | 'assistant' | 'label';
}

/** Each choice picks the parent among the rows before, and the kind of row. */
const rows: fc.Arbitrary<Row[]> = fc
  .array(fc.tuple(fc.nat(), fc.constantFrom('user', 'assistant', 'assistant', 'label')), {
    minLength: 1,
    maxLength: 30,
  })
  .map((choices) => {
    const made: Row[] = [];
    for (const [pick, kind] of choices) {
      const at = pick % 3 === 0 && made.length > 0 ? pick % made.length : made.length - 1;
      made.push({ id: `row${made.length}`, parentId: made[at]?.id ?? null, kind: kind as Row['kind'] });
    }
    return made;
  });

function bytesOf(all: readonly Row[]): Buffer {
  const header = {
    type: 'session',
    version: 3,
    id: 'tree',
    timestamp: '2025-11-20T09:00:00.000Z',
    cwd: '/x',
  };
  const lines = all.map(({ id, parentId, kind }) => {
    const common = { id, parentId, timestamp: '2025-11-20T09:00:01.000Z' };
    if (kind === 'label') return { type: 'label', ...common, targetId: 'row0', label: 'x' };
    return { type: 'message', ...common, message: { role: kind, content: `says ${id}` } };
  });
  return Buffer.from([header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function parse(bytes: Buffer): Outcome {
  return runFully(bytes, { sessionId: 'tree', makeParse: piJsonl.parse });
}

/** Ids of the message rows from the root down to `leaf`. */
function pathTo(all: readonly Row[], leaf: string): string[] {
  const row = all.find(({ id }) => id === leaf);
  if (!row) return [];
  const own = row.kind === 'label' ? [] : [row.id];
  return row.parentId === null ? own : [...pathTo(all, row.parentId), ...own];
}

interface Branch {
  readonly leaf: string;
  readonly active: boolean;
  readonly steps: ReadonlyArray<readonly [number, number]>;
  readonly after_step?: number;
}

type Origin = { uuid: string; parent_step?: number };

/** Row ids of the steps from the root down to step `index`, by the links of the steps alone. */
function pathByLinks({ steps }: Outcome, index: number | undefined): string[] {
  const step = index === undefined ? undefined : steps[index - 1];
  if (!step) return [];
  const { uuid, parent_step } = step.origin as unknown as Origin;
  return [...pathByLinks({ steps } as Outcome, parent_step), uuid];
}

test(`every branch reads from its root to its tip (seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(rows, (all) => {
      const outcome = parse(bytesOf(all));
      const branches = (outcome.facts.head.metadata.branches ?? []) as Branch[];
      for (const { leaf, steps } of branches) {
        expect(pathByLinks(outcome, steps.at(-1)?.[1])).toEqual(pathTo(all, leaf));
      }
      const listed = branches.flatMap(({ steps }) =>
        steps.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at)),
      );
      if (branches.length === 0) return;
      expect(listed.sort((a, b) => a - b)).toEqual(outcome.steps.map(({ step_index }) => step_index));
      const depths = branches.map(({ leaf }) => pathTo(all, leaf).length);
      expect(depths[branches.findIndex(({ active }) => active)]).toBe(Math.max(...depths));
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test(`no step moves when the tree grows (seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(rows, fc.nat(), (all, cut) => {
      const before = parse(bytesOf(all.slice(0, cut % (all.length + 1)))).steps;
      expect(parse(bytesOf(all)).steps.slice(0, before.length)).toEqual(before);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
