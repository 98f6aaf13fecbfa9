/** The common beginning of a word's forms: `queries` and `query` are `quer`, `migrated` and `migration` `migrat`. */

const ALL_ENDINGS = ' e s es ed er ers ing ings ion ions or ors y ies ly'.split(' ');

/** Words that may have the stem of `word`, that word first; only those that do. */
export function formsOf(word: string): string[] {
  const stem = stemOf(word);
  if (stem === word && (word.length < SHORTEST_WORD || !/^[a-z]+$/.test(word))) return [word];
  const stems = [stem, `${stem}${stem.at(-1)}`];
  const forms = stems.flatMap((each) => ALL_ENDINGS.map((ending) => each + ending));
  return [...new Set([word, ...forms.filter((form) => stemOf(form) === stem)])];
}

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
