/** What is said, beside an answer, of a history that is not all here. */
import { limitationsOf, type TrailRepository } from '../trail/repository.ts';

const WORDS: ReadonlyMap<string, string> = new Map([
  ['shallow_history', 'the clone is shallow: of what came before, nothing is known (git fetch --unshallow)'],
  ['partial_clone', 'the clone is a partial one: files that git left out are not looked at'],
]);

/** Lines for the terminal; empty where nothing lacks. */
export function limitationNotes(repository: TrailRepository): string {
  return limitationsOf(repository)
    .map((code) => `note: ${WORDS.get(code) ?? code}\n`)
    .join('');
}
