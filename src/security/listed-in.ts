/** Which of some known secrets a text holds, whole or in pieces: asked before they are listed for it. */
import { LineSplitter } from '../base/jsonl.ts';
import type { SecretEntry } from './contract.ts';
import { FieldClassifier } from './fields.ts';
import { TextSearch } from './text-search.ts';
import { ValueIndex } from './value-index.ts';

/** Those of `entries` that stand in the lines of `sources`, in their order. `format` is the session format's name. */
export async function entriesIn(
  entries: readonly SecretEntry[],
  format: string,
  sources: Iterable<AsyncIterable<Buffer>>,
): Promise<SecretEntry[]> {
  const search = new TextSearch([], new FieldClassifier(format), new ValueIndex(entries));
  const found = new Set<SecretEntry>();
  const look = (line: Buffer): void => {
    for (const { entry } of search.search(line).matches) if (entry !== null) found.add(entry);
  };
  for (const source of sources) {
    const splitter = new LineSplitter((line) => look(line.bytes));
    for await (const chunk of source) splitter.push(chunk);
    splitter.end();
  }
  return entries.filter((entry) => found.has(entry));
}
