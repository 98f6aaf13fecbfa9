/** `bucket verify` over trace folders that lack something, or hold what does not belong there. */
import { beforeAll, beforeEach, describe, it } from 'vitest';
import type { FindingCode } from '../../src/bucket/findings.ts';
import { DamagedMachine, type Edit, expectFound, type Place } from './damage.ts';

let damaged: DamagedMachine;

beforeAll(async () => {
  damaged = await DamagedMachine.create();
});

beforeEach(() => damaged.restore());

describe('tree_shape', () => {
  it.each<[string, Readonly<Record<string, Edit>>, string]>([
    ['a stray file', { 'notes.txt': 'x' }, 'notes.txt'],
    ['a stray folder', { 'odd/a': 'x', 'odd/b/c': 'x' }, 'odd'],
    ['a name without the suffix', { 'steps/00129': 'x' }, 'steps/00129'],
    ['a segment behind the last', { 'steps/00129.T6': '{}\n' }, 'steps/00129.T6'],
    ['a segment between others', { 'steps/00002.T6': '{}\n' }, 'steps/00002.T6'],
    ['a file in the sources', { 'sources/readme': 'x' }, 'sources/readme'],
  ])('is %s', async (_name, files, path) => {
    await expectFound(damaged, (place) => {
      damaged.edit(place, files);
      return { [path]: 'tree_shape' };
    });
  });

  it.each(['100755', '120000', '160000'])('is a file of mode %s', async (mode) => {
    await expectFound(damaged, (place) => {
      damaged.edit(place, { 'patches/00001.T6': { mode, oid: damaged.oid(place, 'trace.T6') } });
      return { 'patches/00001.T6': 'tree_shape' };
    });
  });

  it('is taken away by capturing the session again', async () => {
    await expectFound(damaged, (place) => {
      damaged.edit(place, { 'notes.txt': 'x', 'steps/00129.T6': '{}\n' });
      return { 'notes.txt': 'tree_shape', 'steps/00129.T6': 'tree_shape' };
    });
    await damaged.mendTraces();
  });
});

describe('blobs', () => {
  it('that a step names and that are not there are dangling_blob', async () => {
    await found((place) => ({ [damaged.blobPath(place)]: null }), 'dangling_blob');
    await damaged.mendTraces();
  });

  it('that no step names are unreferenced_blob', async () => {
    await found((place) => {
      const oid = damaged.blob(place, 'nobody names this');
      return { [`blobs/${oid.slice(0, 2)}/${oid}`]: 'nobody names this' };
    }, 'unreferenced_blob');
    await damaged.mendTraces();
  });

  it('under the name of another one are name_mismatch', async () => {
    await expectFound(damaged, (place) => {
      const path = damaged.blobPath(place);
      damaged.edit(place, { [path]: 'another text' });
      return { [path]: 'name_mismatch' };
    });
  });
});

describe('the list of secrets behind placeholders', () => {
  it('that is none is record_damaged, and has no place in a sealed copy', async () => {
    await expectFound(damaged, (place) => {
      damaged.edit(place, { 'secrets.T6': 'none\n' });
      return { 'secrets.T6': place.kind === 'own' ? 'record_damaged' : 'tree_shape' };
    });
    await damaged.mendTraces();
  });
});

describe('source_incomplete', () => {
  it.each<[string, Readonly<Record<string, Edit>>, string]>([
    ['a chunk that is gone', { 'sources/0/00001.T6': null }, 'sources/0'],
    ['a chunk too many', { 'sources/0/00002.T6': 'x' }, 'sources/0'],
    ['a chunk far behind', { 'sources/0/00009.T6': 'x' }, 'sources/0'],
    ['a chunk of another length', { 'sources/0/00001.T6': 'x' }, 'sources/0'],
    ['no descriptor', { 'sources/0/meta.T6': null }, 'sources/0'],
    ['another source without descriptor', { 'sources/1/00000.T6': 'x' }, 'sources/1'],
  ])('is %s', async (_name, files, path) => {
    await found(() => files, 'source_incomplete', path);
  });

  it('is mended by capturing the session again', async () => {
    await found(() => ({ 'sources/0/00001.T6': null }), 'source_incomplete', 'sources/0');
    await damaged.mendTraces();
  });
});

/** Edits every place; the finding is about `path`, or about the one file that was edited. */
async function found(
  editsOf: (place: Place) => Readonly<Record<string, Edit>>,
  code: FindingCode,
  path?: string,
): Promise<void> {
  await expectFound(damaged, (place) => {
    const edits = editsOf(place);
    damaged.edit(place, edits);
    return { [path ?? Object.keys(edits)[0]!]: code };
  });
}
