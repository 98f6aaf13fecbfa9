import { describe, expect, it } from 'vitest';
import { resultFactsOf } from '../../../src/capture/claude-code/result-facts.ts';

function changes(...hunks: unknown[]): unknown {
  return resultFactsOf({ structuredPatch: hunks }, [], PLACE)?.changes;
}

const PLACE = { line: 7, offset: 900 };

describe('resultFactsOf', () => {
  it('tells changed lines without the lines around them', () => {
    const lines = [' a', '-b', '+B', '+C', ' d', '+e', '\\ No newline at end of file'];
    expect(changes({ oldStart: 10, oldLines: 3, newStart: 12, newLines: 5, lines })).toEqual([
      [11, 1, 13, 2],
      [13, 0, 16, 1],
    ]);
    expect(
      changes({ oldStart: 1, newStart: 1, lines: ['-a'] }, { oldStart: 9, newStart: 8, lines: ['+x'] }),
    ).toEqual([
      [1, 1, 1, 0],
      [9, 0, 8, 1],
    ]);
  });

  it('takes what is no hunk for none', () => {
    expect(changes(null, 1, {}, { oldStart: '1', newStart: 1, lines: ['+a'] })).toBeUndefined();
    expect(changes({ oldStart: 1, newStart: 1, lines: [1, null, '+a'] })).toEqual([[3, 0, 3, 1]]);
    expect(resultFactsOf({ structuredPatch: [] }, [], PLACE)).toEqual({ hunks: 0 });
  });
});
