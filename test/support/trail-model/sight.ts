/** What logs and commits show of files: all that anybody has who is to tell whose line it is. */
import type { Owner, Owners, Row } from './rows.ts';
import type { SeenCommit, Shadow } from './shadow.ts';

export class Sight {
  readonly #owners: Owners;
  readonly #shadow: Shadow;
  /** Files as they were shown last. */
  readonly #shown = new Map<string, readonly Row[]>();
  /** Lines that a person wrote or put elsewhere, and that nothing has shown since. */
  readonly #unseen = new Set<number>();

  constructor(owners: Owners, shadow: Shadow) {
    this.#owners = owners;
    this.#shadow = shadow;
  }

  hide(rows: readonly Row[]): void {
    for (const { id } of rows) this.#unseen.add(id);
  }

  show(path: string, rows: readonly Row[]): void {
    const before = this.#shown.get(path);
    if (before !== undefined) this.#owners.observe(before, rows);
    this.#shown.set(path, rows);
    for (const { id } of rows) this.#unseen.delete(id);
  }

  /**
   * A log shows the whole file that a call wrote, and not the one it found: lines that nothing has shown before are, for
   * all that anybody can see, those of the call as well.
   */
  overwrite(path: string, rows: readonly Row[], owner: Owner): void {
    for (const { id } of rows) if (this.#unseen.has(id)) this.#owners.allow(id, [owner]);
    this.show(path, rows);
  }

  /** New commits, beside their parents and beside what was shown last. */
  commits(fresh: readonly SeenCommit[]): void {
    for (const commit of fresh) {
      for (const parent of commit.parents) this.#beside(this.#shadow.commit(parent)!, commit);
      for (const path of commit.files.keys()) this.#arrive(path, this.#shadow.rowsIn(commit, path) ?? []);
    }
    const head = this.#shadow.commit(this.#shadow.git('rev-parse', 'HEAD'));
    if (fresh.length === 0 || head === undefined) return;
    for (const path of head.files.keys()) this.#shown.set(path, this.#shadow.rowsIn(head, path) ?? []);
  }

  #beside(parent: SeenCommit, commit: SeenCommit): void {
    for (const [path, blob] of commit.files) {
      const [old, now] = [this.#shadow.rowsIn(parent, path), this.#shadow.rowsIn(commit, path)];
      if (old !== null && now !== null && parent.files.get(path) !== blob) this.#owners.observe(old, now);
    }
  }

  #arrive(path: string, rows: readonly Row[]): void {
    const before = this.#shown.get(path);
    if (before !== undefined) this.#owners.observe(before, rows);
    for (const { id } of rows) this.#unseen.delete(id);
  }
}
