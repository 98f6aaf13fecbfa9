/** Every scripted repository: no line has a wrong owner, and no more lines than stated have none. */
import { describe, expect, it } from 'vitest';
import { judgeRepository } from '../support/trail-judge.ts';
import { makeRepository, repositoryCases } from '../support/trail-repos.ts';

describe('whose line it is, in repositories made by scripts', () => {
  it.each(repositoryCases())('%s', async (name) => {
    const verdict = await judgeRepository(makeRepository(name));
    if (verdict.gaps.length > 0) console.log(name, verdict.gaps);
    expect({ wrong: verdict.wrong, tooManyGaps: verdict.tooManyGaps }).toEqual({
      wrong: [],
      tooManyGaps: [],
    });
  });
});
