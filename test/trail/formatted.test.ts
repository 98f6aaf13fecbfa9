/** Lines in another form. */
import { describe, expect, it } from 'vitest';
import { keepFormatted } from '../../src/trail/formatted.ts';
import { Alignments } from '../../src/trail/line-owners.ts';
import { LineTable } from '../../src/trail/lines.ts';
import { ownerOf, tierOf } from '../../src/trail/owner.ts';

/** Owned lines are those that begin with a number. */
function kept(before: string, after: string): string[] {
  const table = new LineTable();
  const rows = before.split('\n').map((row) => [Number(/^\d /.exec(row)?.[0] ?? 0), row.replace(/^\d /, '')]);
  const from = {
    ids: table.split(rows.map(([, text]) => text).join('\n')),
    owners: Int32Array.from(rows, ([owner]) => (owner === 0 ? 0 : ownerOf(Number(owner), 'ledger'))),
  };
  const ids = table.split(after);
  const lines = { owners: new Int32Array(ids.length), added: new Uint8Array(ids.length).fill(1) };
  keepFormatted(new Alignments(table), from, ids, lines);
  return after.split('\n').flatMap((text, at) => {
    const owner = lines.owners[at]!;
    expect(owner === 0 || tierOf(owner) === 'structural').toBe(true);
    return owner === 0 ? [] : [`${(owner - (owner % 5)) / 5 - 1} ${text}`];
  });
}

describe('lines that a formatter changed', () => {
  it('keep their owners: split, joined, with other quotes, semicolons, commas and brackets', () => {
    expect(kept("1 call( 'first', [ one, two ] )", 'call("first", [\n  one,\n  two,\n]);')).toEqual([
      '1 call("first", [',
      '1   one,',
      '1   two,',
      '1 ]);',
    ]);
    expect(kept('1 const add = value =>\n1   value + 1', 'const add = (value) => value + 1;')).toEqual([
      '1 const add = (value) => value + 1;',
    ]);
  });

  it('have none where owners come together, where a word is another one, or where they tell little', () => {
    expect(kept('1 first(one,\n2   two)\n1 third(three)', 'first(one, two);\nthird(three);')).toEqual([
      '1 third(three);',
    ]);
    expect(kept('1 call(size, weight)', 'call(size, height);')).toEqual([]);
    expect(kept('1 x = 1', 'x = 1;')).toEqual([]);
    expect(kept('1 call(a + (b * c), weight)', 'call((a + b) * c, weight);')).toEqual([]);
  });

  it('are found beside others by enough words, in their order, when only one place has them', () => {
    const long = 'const names = orders.map( order => order.name )';
    const formed = 'const names = orders.map((order) => order.name);';
    expect(kept(`1 ${long}\n1 gone()`, `fresh();\n${formed}`)).toEqual([`1 ${formed}`]);
    expect(kept(`1 ${long}\n2 ${long}\n1 gone()`, `fresh();\n${formed}`)).toEqual([]);
    expect(kept('1 return null\n1 gone()', 'fresh();\nreturn null;')).toEqual([]);
  });

  it('have none where a line lost a word or got signs', () => {
    expect(kept('1 begin(session, name, of, agent)', 'begin(session, name, of, agent, "")')).toEqual([]);
    expect(kept('1 _ = store(token, name, value, later)', 'store(token, name, value, later)')).toEqual([]);
    expect(kept('1 run(test, top, null, "copy", from, into)', 'run(test, top, "copy", from, into)')).toEqual(
      [],
    );
    expect(kept('1 Parse the report-status and return', 'Parse the `report-status` and return')).toEqual([]);
  });
});
