/** Lines of a file that somebody wrote, followed through later changes of the same file. */

/** Inclusive, from 1. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** One change as `[old start, old lines, new start, new lines]`, from 1; starts count in the file before and after. */
export type LineChange = readonly [number, number, number, number];

/** Written lines by who wrote them; the changes of one edit are given together, in the order of their lines. */
export class WrittenLines<Author> {
  #ranges: Array<LineRange & { readonly author: Author }> = [];

  /** The whole file was written anew. */
  replace(author: Author, lines: number): void {
    this.#ranges = lines > 0 ? [{ author, start: 1, end: lines }] : [];
  }

  /** Takes one edit; a change that writes nothing only moves what is below it. */
  apply(author: Author, changes: readonly LineChange[]): void {
    for (const [, oldLines, newStart, newLines] of changes) {
      this.#shift(newStart, oldLines, newLines);
      if (newLines > 0) this.#ranges.push({ author, start: newStart, end: newStart + newLines - 1 });
    }
  }

  /** `removed` lines at `at` give way to `added`; changes above are done, so `at` counts in the file as it is now. */
  #shift(at: number, removed: number, added: number): void {
    const by = added - removed;
    this.#ranges = this.#ranges.flatMap((range) => {
      const above = range.start < at ? [{ ...range, end: Math.min(range.end, at - 1) }] : [];
      const from = Math.max(range.start, at + removed);
      const below = range.end >= from ? [{ ...range, start: from + by, end: range.end + by }] : [];
      return [...above, ...below];
    });
  }

  /** Ranges of each author in the order of their lines, neighbours joined; authors in the order of first lines. */
  byAuthor(): Map<Author, LineRange[]> {
    const found = new Map<Author, LineRange[]>();
    for (const { author, start, end } of [...this.#ranges].sort((left, right) => left.start - right.start)) {
      const ranges = found.get(author) ?? [];
      found.set(author, ranges);
      const last = ranges.at(-1);
      if (last !== undefined && last.end + 1 >= start)
        ranges[ranges.length - 1] = { start: last.start, end: Math.max(last.end, end) };
      else ranges.push({ start, end });
    }
    return found;
  }
}
