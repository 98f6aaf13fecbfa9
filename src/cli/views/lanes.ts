/** Lines of a history beside its commits, as `git log --graph` draws them. */

/** Draws commits in their order, children before parents. Each lane waits for one commit. */
export class Lanes {
  readonly #waiting: string[] = [];

  /** Rows in front of a commit's line: lanes that meet in it. */
  join(commit: string): string[] {
    const at = this.#waiting.indexOf(commit);
    if (at < 0) {
      this.#waiting.push(commit);
      return [];
    }
    const rows: string[] = [];
    for (let lane = this.#waiting.length - 1; lane > at; lane -= 1) {
      if (this.#waiting[lane] !== commit) continue;
      rows.push(this.#joining(this.#waiting.lastIndexOf(commit, lane - 1), lane));
      this.#waiting.splice(lane, 1);
    }
    return rows;
  }

  /** What stands in front of the commit itself, or with `|` in its own lane of what belongs to it. */
  mark(commit: string, mark: '*' | '|'): string {
    return this.#waiting.map((each) => (each === commit ? mark : '|')).join(' ');
  }

  /** Rows behind a commit: its lane goes on to its parents, or ends. */
  leave(commit: string, parents: readonly string[]): string[] {
    const at = this.#waiting.indexOf(commit);
    const [first, ...others] = parents;
    if (first === undefined) {
      const isLast = at === this.#waiting.length - 1;
      const row = this.#ending(at);
      this.#waiting.splice(at, 1);
      return isLast ? [] : [row];
    }
    this.#waiting[at] = first;
    return others.map((parent) => {
      const row = this.#opening(at);
      this.#waiting.splice(at + 1, 0, parent);
      return row;
    });
  }

  /** Lane `from` runs into lane `to`, to its left; what is right of it moves one to the left. */
  #joining(to: number, from: number): string {
    const cells = this.#cells();
    for (let lane = to + 1; lane < from; lane += 1) cells[2 * lane - 1] = '_';
    for (let lane = from; lane < this.#waiting.length; lane += 1) {
      cells[2 * lane - 1] = '/';
      cells[2 * lane] = ' ';
    }
    return cells.join('').trimEnd();
  }

  #ending(at: number): string {
    const cells = this.#cells();
    cells[2 * at] = ' ';
    for (let lane = at + 1; lane < this.#waiting.length; lane += 1) {
      cells[2 * lane - 1] = '/';
      cells[2 * lane] = ' ';
    }
    return cells.join('').trimEnd();
  }

  #opening(at: number): string {
    const cells = [...this.#cells(), ' ', ' '];
    for (let lane = at + 1; lane < this.#waiting.length; lane += 1) {
      cells[2 * lane] = ' ';
      cells[2 * lane + 1] = '\\';
    }
    cells[2 * at + 1] = '\\';
    return cells.join('').trimEnd();
  }

  #cells(): string[] {
    return [...this.#waiting.map(() => '|').join(' ')];
  }
}
