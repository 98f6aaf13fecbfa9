import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineTable } from '../../src/trail/lines.ts';
import { editOf, ownerOf, rangesOf, tierOf } from '../../src/trail/owner.ts';
import { packOwners, UnpackedOwners } from '../../src/trail/packed-owners.ts';
import type { KnownEdit } from '../../src/trail/replay.ts';

const session = {
  id: 1,
  trace_id: 'trace',
  agent: 'pi',
  model: null,
  tree: '',
  remote: '',
  ref: '',
  cwd: null,
  is_above: 0 as const,
};
const place = { session, time: 0, root: '/', path: 'a', effect: 'writes', digest: '' } as const;
const edits: KnownEdit[] = [1, 2, 3].map((step) => ({ ...place, step, ordinal: 1, model: `model ${step}` }));

describe('packed owners', () => {
  it('come back as ranges, whatever the order they are asked in; a newer pack goes before an older one', () => {
    const table = new LineTable();
    const ids = table.split('}\nconst one = 1;\n\nconst two = 2;\n');
    const owner = fc.constantFrom(
      -1,
      0,
      ownerOf(0, 'ledger'),
      ownerOf(1, 'line_set'),
      ownerOf(2, 'exact_range'),
    );
    const text = fc.array(fc.tuple(fc.constantFrom(...ids), owner), { maxLength: 12 });
    const property = fc.property(
      fc.array(text, { maxLength: 300 }),
      fc.array(fc.nat(299)),
      (texts, asked) => {
        const files = texts.map((lines, at) => ({
          path: at % 3 === 0 ? 'a' : 'b',
          oid: at.toString(16).padStart(40, '0'),
          ids: Int32Array.from(lines.map(([id]) => id)),
          owners: Int32Array.from(lines.map(([, each]) => each)),
        }));
        const unpacked = ['a', 'b'].map((path) => {
          const packs = packOwners({ files, edits, table }).filter((pack) => pack.path === path);
          const older = packOwners({
            files: files.map((file) => ({ ...file, owners: file.owners.map(() => 0) })),
            edits,
            table,
          });
          return new UnpackedOwners([...packs, ...older]);
        });
        for (const at of [...asked, ...files.keys()]) {
          const file = files[at];
          if (file === undefined) continue;
          const expected = rangesOf(file.owners).map(({ start, end, owner: each }) => {
            const { step, ordinal, model } = edits[editOf(each)]!;
            const lines = [...file.ids.slice(start - 1, end)];
            const telling = lines.filter((id) => table.weight(id) > 0).length;
            return { start, end, traceId: 'trace', step, ordinal, tier: tierOf(each), model, telling };
          });
          expect(unpacked[at % 3 === 0 ? 0 : 1]!.of(file.oid)).toEqual(expected);
        }
      },
    );
    fc.assert(property, { numRuns: 30, seed: 20261122 });
  });
});
