/**
 * Which journal holds a trace: the trees that list trace ids, each read at most once. Good for as long as
 * the refs it was made from do not move.
 */
import type { Oid } from '../git/ports.ts';
import { type JournalTip, journalTips, type Shelf } from './shelves.ts';

export class JournalIndex {
  readonly #shelf: Shelf;
  #tips: Promise<{ tip: JournalTip; groups: ReadonlyMap<string, Oid> }[]> | undefined;
  readonly #groups = new Map<Oid, Promise<ReadonlyMap<string, Oid>>>();

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** Journal and folder of a trace, null when no journal of the shelf has it. */
  async find(traceId: string): Promise<{ ref: string; tree: Oid } | null> {
    this.#tips ??= this.#readTips();
    const group = traceId.slice(0, 2);
    const looks = (await this.#tips).map(async ({ tip, groups }) => {
      const tree = groups.get(group);
      const folder = tree === undefined ? undefined : (await this.#entries(tree)).get(traceId);
      return folder === undefined ? null : { ref: tip.ref, tree: folder };
    });
    return (await Promise.all(looks)).find((found) => found !== null) ?? null;
  }

  async #readTips(): Promise<{ tip: JournalTip; groups: ReadonlyMap<string, Oid> }[]> {
    const tips = await journalTips(this.#shelf);
    return Promise.all(
      tips.map(async (tip) => {
        const traces = await this.#shelf.objects.resolve(tip.commit, 'traces');
        return { tip, groups: traces?.type === 'tree' ? await this.#entries(traces.oid) : new Map() };
      }),
    );
  }

  #entries(tree: Oid): Promise<ReadonlyMap<string, Oid>> {
    let entries = this.#groups.get(tree);
    if (entries === undefined) {
      entries = this.#shelf.objects
        .readTree(tree)
        .then(
          (list) => new Map(list.filter(({ mode }) => mode === '40000').map(({ name, oid }) => [name, oid])),
        );
      this.#groups.set(tree, entries);
    }
    return entries;
  }
}
