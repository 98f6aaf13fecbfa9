/** Lines of code that a commit brought, whoever wrote them. */
import type { ObjectReader } from '../git/ports.ts';
import { BlobLines } from './blob-lines.ts';
import { carry } from './carry.ts';
import type { Entry } from './history-index.ts';
import { LineTable, NOBODY, unowned } from './lines.ts';

export interface BroughtLines {
  readonly path: string;
  /** Numbers, from 1, of lines with a letter or digit that no parent has, white space aside. */
  readonly lines: ReadonlySet<number>;
}

/** By file, for the files that a commit has otherwise than all of its parents; none of what is no text. */
export async function broughtLines(
  objects: ObjectReader,
  entries: readonly Entry[],
): Promise<BroughtLines[]> {
  const table = new LineTable();
  const blobs = new BlobLines(objects, table);
  await blobs.readAhead(
    entries.flatMap(({ oid, parents }) => [oid, ...parents.flatMap((parent) => parent?.oid ?? [])]),
  );
  const found: BroughtLines[] = [];
  for (const { path, oid, parents } of entries) {
    const ids = await blobs.read(oid);
    if (ids === null) continue;
    const news = new Uint8Array(ids.length).fill(1);
    for (const parent of parents) {
      const before = parent === null ? null : await blobs.read(parent.oid);
      const { added } = carry(table, unowned(before ?? new Int32Array(0)), ids, NOBODY);
      for (let at = 0; at < news.length; at += 1) news[at]! &= added[at]!;
    }
    const lines = new Set<number>();
    news.forEach((isNew, at) => {
      if (isNew === 1 && table.isTelling(ids[at]!)) lines.add(at + 1);
    });
    found.push({ path, lines });
  }
  return found;
}
