import { describe, expect, it } from 'vitest';
import { parseQueryText } from '../../src/catalog/query-text.ts';
import type { StepTexts } from '../../src/catalog/step-text.ts';
import { afterBlank, beforeBlank } from '../../src/trace/preview.ts';
import { excerptsOf, Matcher } from '../../src/trace/query-excerpt.ts';

function excerpt(text: string, query: string) {
  const texts: StepTexts = {
    user: text,
    agent: '',
    reasoning: '',
    input: '',
    output: '',
    path: '',
    note: '',
  };
  const [found] = excerptsOf(texts, new Matcher(parseQueryText(query)));
  return { ...found!, shown: found!.highlights.map(([from, to]) => found!.text.slice(from, to)) };
}

describe('an excerpt', () => {
  const long = `${'beginnings '.repeat(30)}needle ${'continuation '.repeat(30)}`;

  it('begins and ends with whole words', () => {
    const { text, shown } = excerpt(long, 'needle');
    expect(shown).toEqual(['needle']);
    expect(new Set(text.split(' '))).toEqual(new Set(['beginnings', 'needle', 'continuation']));
  });

  it('is cut inside a word that is longer than itself', () => {
    const { text, shown } = excerpt(`${'x'.repeat(300)}-needle-${'y'.repeat(300)}`, 'needle');
    expect(shown).toEqual(['needle']);
    expect(text).toHaveLength(200);
  });

  it('leaves out words that say little, as the search does, unless nothing else was asked', () => {
    expect(excerpt('the purpose of the lock', 'what is the purpose of it').shown).toEqual(['purpose']);
    expect(excerpt('to be or not', 'to be').shown).toEqual(['to', 'be']);
    expect(excerpt('the end of the line', '"of the" line').shown).toEqual(['the', 'of', 'the', 'line']);
  });

  it('marks characters of unspaced scripts where they stand, side by side as one', () => {
    expect(excerpt('現在請修復登錄錯誤', '登錄').shown).toEqual(['登錄']);
    expect(excerpt('修复登录错误 loginFlow', '登录 login').shown).toEqual(['登录', 'loginFlow']);
  });
});

describe('places without half a word', () => {
  it('are kept where no blank is near', () => {
    expect(afterBlank('one two', 0, 5)).toBe(0);
    expect(afterBlank('one two', 2, 4)).toBe(4);
    expect(afterBlank('one two', 4, 6)).toBe(4);
    expect(afterBlank('onetwo', 2, 5)).toBe(2);
    expect(beforeBlank('one two', 9, 0)).toBe(7);
    expect(beforeBlank('one two', 5, 0)).toBe(3);
    expect(beforeBlank('one two', 3, 0)).toBe(3);
    expect(beforeBlank('onetwo', 4, 0)).toBe(4);
  });
});
