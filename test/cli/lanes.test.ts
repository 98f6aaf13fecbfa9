import { describe, expect, it } from 'vitest';
import { Lanes } from '../../src/cli/views/lanes.ts';

/** Commits as `name: parents`, children first. */
function drawn(...commits: string[]): string[] {
  const lanes = new Lanes();
  return commits.flatMap((commit) => {
    const [name = '', ...parents] = commit.split(/:? /).filter(Boolean);
    return [...lanes.join(name), `${lanes.mark(name, '*')} ${name}`, ...lanes.leave(name, parents)];
  });
}

describe('lanes beside commits', () => {
  it('branch and meet as git draws them', () => {
    expect(drawn('c: b', 'b: a', 'a')).toEqual(['* c', '* b', '* a']);
    expect(drawn('m: b d', 'd: a', 'b: a', 'a')).toEqual(['* m', '|\\', '| * d', '* | b', '|/', '* a']);
    expect(drawn('x: a', 'y: b', 'z: a', 'b: a', 'a')).toEqual([
      ...['* x', '| * y', '| | * z', '| * | b', '| |/', '|/', '* a'],
    ]);
    expect(drawn('x: a', 'y', 'z: a', 'a')).toEqual(['* x', '| * y', '| * z', '|/', '* a']);
    expect(drawn('x: a', 'y: b', 'z: a', 'a', 'b')).toEqual([
      ...['* x', '| * y', '| | * z', '|_|/', '* | a', ' /', '* b'],
    ]);
  });
});
