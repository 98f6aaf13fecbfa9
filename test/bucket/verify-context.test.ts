/** `bucket verify` over the context nodes of traces. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DamagedMachine, expectFound } from './damage.ts';

let damaged: DamagedMachine;

beforeAll(async () => {
  damaged = await DamagedMachine.create();
});

beforeEach(() => damaged.restore());

const FIRST = 'context/00001.T6';

type Change = (lines: string[]) => unknown;

describe('context nodes', () => {
  it.each<[string, string, Change]>([
    ['of which one is missing', 'step_numbering', (lines) => lines.splice(3, 1)],
    ['that stand in another order', 'step_numbering', (lines) => lines.push(...lines.splice(0, 1))],
    [
      'that continue a later one',
      'step_numbering',
      (lines) => lines.splice(4, 1, lines[4]!.replace('"parent_step":4', '"parent_step":9')),
    ],
    ['of which one is none', 'record_damaged', (lines) => lines.splice(4, 1, '{}')],
    ['of which one is no JSON', 'record_damaged', (lines) => lines.splice(4, 1, '{')],
  ])('%s are %s', async (_name, code, change) => {
    await expectFound(damaged, (place) => {
      const text = damaged.content(place, FIRST);
      const lines = text.trimEnd().split('\n');
      change(lines);
      const edited = `${lines.join('\n')}\n`;
      expect(edited).not.toBe(text);
      damaged.edit(place, { [FIRST]: edited });
      return { [FIRST]: code as 'step_numbering' };
    });
  });

  it('that are gone are segment_missing, and come back with the session', async () => {
    await expectFound(damaged, (place) => {
      damaged.edit(place, { [FIRST]: null });
      return { [FIRST]: 'segment_missing' };
    });
    await damaged.mendTraces();
  });

  it('that no step needs are tree_shape', async () => {
    await expectFound(damaged, (place) => {
      damaged.edit(place, { 'context/00002.T6': '{}\n', 'context/99969.T6': '{}\n' });
      return { 'context/00002.T6': 'tree_shape', 'context/99969.T6': 'tree_shape' };
    });
  });

  it('that name a text which is not there leave a dangling_blob, and the other way round', async () => {
    const nobody = `context/blobs/${'0'.repeat(40)}`;
    await expectFound(damaged, (place) => {
      const fact = `"layers":{"system":{"file/x":{"$blob":"${'0'.repeat(40)}","bytes":5}}},"parent_step":4`;
      const text = damaged.content(place, FIRST).replace('"parent_step":4', fact);
      damaged.edit(place, { [FIRST]: text });
      return { [nobody]: 'dangling_blob' };
    });
    damaged.restore();
    await expectFound(damaged, (place) => {
      const path = `context/blobs/${damaged.blob(place, 'nobody names this')}`;
      damaged.edit(place, { [path]: 'nobody names this' });
      return { [path]: 'unreferenced_blob' };
    });
  });
});
