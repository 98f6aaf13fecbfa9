/** Lines of notebooks' cells. */
import { describe, expect, it } from 'vitest';
import { EditedCells } from '../../src/trail/cells.ts';
import { LineTable, unowned } from '../../src/trail/lines.ts';
import { cellsOf } from '../../src/trail/notebook.ts';

/** As Jupyter writes it; a source that is a string as Claude Code does. */
function notebook(
  ...cells: ReadonlyArray<readonly [id: string, source: readonly string[] | string]>
): string {
  const whole = {
    cells: cells.map(([id, source]) => ({
      cell_type: 'code',
      id,
      metadata: { cells: ['[{"'] },
      outputs: [{ source: ['no source\n'] }],
      source: typeof source === 'string' ? source : source.map((line) => `${line}\n`),
    })),
    metadata: { source: 'none' },
    nbformat: 4,
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}

describe('cells of a notebook', () => {
  it('are found with the lines of their sources', () => {
    const text = notebook(['a', ['x = "{\\""', '']], ['b', 'one\ntwo'], ['c', []]);
    const lines = text.split('\n');
    const cells = cellsOf(text)!;
    expect(cells.map(({ id, lines: source }) => [id, source])).toEqual([
      ['a', ['x = "{\\""', '']],
      ['b', ['one', 'two']],
      ['c', []],
    ]);
    expect(cells[0]!.places.map((place) => lines[place]!.trim())).toEqual([
      '"x = \\"{\\\\\\"\\"\\n",',
      '"\\n"',
    ]);
    expect(new Set(cells[1]!.places.map((place) => lines[place]!.trim()))).toEqual(
      new Set(['"source": "one\\ntwo"']),
    );
    expect(cellsOf('{"cells": 1}')).toBeNull();
    expect(cellsOf('no notebook')).toBeNull();
  });
});

describe('edits of cells', () => {
  function owned(before: string, after: string, edits: (cells: EditedCells) => void): string[] {
    const table = new LineTable();
    const cells = new EditedCells(table);
    edits(cells);
    const [old, ids] = [table.split(before), table.split(after)];
    const lines = {
      owners: new Int32Array(ids.length),
      added: Uint8Array.from(ids, (id) => (old.includes(id) ? 0 : 1)),
    };
    cells.claim(ids, lines);
    return after
      .split('\n')
      .flatMap((line, at) => (lines.owners[at]! > 0 ? [`${lines.owners[at]} ${line.trim()}`] : []));
  }
  const edit = { op: 'cell' as const, cell: 'a', mode: 'replace' as const };

  it('own the lines they changed, also where a person went on', () => {
    const before = notebook(['a', ['import x', 'load()']], ['b', ['show()']]);
    const after = notebook(['a', ['import x', 'load(2)', 'save()', 'by hand']], ['b', ['show()']]);
    const table = new LineTable();
    const state = unowned(table.split(before));
    const made = owned(before, after, (cells) => {
      cells.edit({ ...edit, text: 'import x\nload(2)' }, 4, null);
      cells.edit({ ...edit, cell: 'b', text: 'nothing left' }, 12, null);
    });
    expect(made).toEqual([]);
    const both = new EditedCells(table);
    both.edit({ ...edit, text: 'import x\nload(2)' }, 4, state);
    both.edit({ ...edit, text: 'import x\nload(2)\nsave()' }, 8, state);
    const ids = table.split(after);
    const lines = { owners: new Int32Array(ids.length), added: new Uint8Array(ids.length).fill(1) };
    both.claim(ids, lines);
    const shown = after.split('\n').flatMap((line, at) => (lines.owners[at]! > 0 ? [line.trim()] : []));
    expect(shown).toEqual(['"load(2)\\n",', '"save()\\n",']);
    expect(lines.owners.filter((owner) => owner > 0)).toEqual(Int32Array.of(4, 8));
  });

  it('own a new cell when only one has its text', () => {
    const before = notebook(['a', ['load()']]);
    const insert = (cells: EditedCells): void =>
      cells.edit({ ...edit, mode: 'insert', text: 'plot(1)\nplot(2)' }, 4, null);
    const lines = ['plot(1)', 'plot(2)'];
    expect(owned(before, notebook(['a', ['load()']], ['n', lines]), insert)).toEqual([
      '4 "plot(1)\\n",',
      '4 "plot(2)\\n"',
    ]);
    expect(owned(before, notebook(['a', ['load()']], ['n', lines], ['m', lines]), insert)).toEqual([]);
    expect(owned(before, notebook(['a', ['load()']], ['n', 'plot(1)\nplot(2)']), insert)).toEqual([
      '4 "source": "plot(1)\\nplot(2)"',
    ]);
  });
});
