/** The common beginning of a word's forms: `queries` and `query` are `quer`, `migrated` and `migration` `migrat`. */

const ENDINGS = /(?:ions?|ings?|ies|ers?|ors?|ed|es|ly|s|y|e)$/;
const SHORTEST_WORD = 4;
const SHORTEST_STEM = 3;

/**
 * A prefix of `word`, or the word itself when it is short or no plain word. Forms of one word have one stem; a
 * word that merely begins alike has another. Made for English; other languages lose nothing by it.
 */
export function stemOf(word: string): string {
  if (word.length < SHORTEST_WORD || !/^[a-z]+$/.test(word) || word.endsWith('ss')) return word;
  const stem = undoubled(word.replace(ENDINGS, ''));
  if (stem.length < SHORTEST_STEM) return word;
  return stem.endsWith('e') && stem.length > SHORTEST_STEM ? stem.slice(0, -1) : stem;
}

/** `stopp`, of stopped, is `stop`. */
function undoubled(stem: string): string {
  return /([bdgmnprt])\1$/.test(stem) && stem.length > SHORTEST_STEM ? stem.slice(0, -1) : stem;
}
