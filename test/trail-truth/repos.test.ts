/** Some of the scripted repositories; `repos.slow.ts` has them all. */
import { describe, expect, it } from 'vitest';
import { judgeRepository } from '../support/trail-judge.ts';
import { makeRepository } from '../support/trail-repos.ts';

const CASES = ['cherry-pick', 'common-lines', 'human-inside'];

describe('whose line it is, in repositories made by scripts', () => {
  it.each(CASES)('%s', async (name) => {
    const { wrong, tooManyGaps } = await judgeRepository(makeRepository(name));
    expect({ wrong, tooManyGaps }).toEqual({ wrong: [], tooManyGaps: [] });
  });

  it('counts a wrong owner and a gap as what they are', async () => {
    const made = makeRepository('refused');
    const files = made.files.map((file) => ({
      ...file,
      lines: file.lines.map((line) => ({ ...line, owners: [line.owners[0] === '-' ? 'one.2' : '-'] })),
    }));
    const verdict = await judgeRepository({ ...made, files });
    expect(verdict.wrong).toEqual(['price.py:2 said one.2, is -:     order.check_currency()']);
    expect(verdict.gaps).toHaveLength(3);
    expect(verdict.tooManyGaps).toEqual(['price.py has 3, not 0']);
  });
});
