/** Lines that know who wrote them, and what nobody who sees only texts can tell. */

/** One line of a file; its number stays with it wherever history carries it. */
export interface Row {
  readonly id: number;
  readonly text: string;
}

/** `-` for a person, `session.call` for an agent. */
export type Owner = string;

export const PERSON: Owner = '-';

/** Owners of all lines that were ever written. */
export class Owners {
  readonly #owners: Owner[] = [PERSON];
  readonly #others = new Map<number, Set<Owner>>();

  /** A new line. */
  write(owner: Owner, text: string): Row {
    return { id: this.#owners.push(owner) - 1, text };
  }

  of(id: number): Owner {
    return this.#owners[id] ?? PERSON;
  }

  /** Owners that a reader may name as well; more than one means that no answer is right too. */
  allowed(id: number): ReadonlySet<Owner> {
    return new Set([this.of(id), ...(this.#others.get(id) ?? [])]);
  }

  allow(id: number, owners: Iterable<Owner>): void {
    const others = this.#others.get(id) ?? new Set();
    for (const owner of owners) others.add(owner);
    this.#others.set(id, others);
  }

  /**
   * The rule of what cannot be seen. A reader has the text before and the text after. A line after is, by each shortest
   * edit script between the two, either one of the lines before or a new one. Where these scripts disagree with what
   * happened, the owner of any line that a script names instead is right as well, and so is no answer. Nothing else is
   * forgiven: lines that are equal but that no shortest script exchanges stay those of who wrote them.
   */
  observe(before: readonly Row[], after: readonly Row[]): void {
    const [head, tail] = commonEnds(before, after);
    if (head + tail >= Math.max(before.length, after.length)) return;
    const scripts = new Scripts(before, after);
    const places = new Map(before.map(({ id }, at) => [id, at]));
    const written = after.filter(({ id }) => !places.has(id));
    for (const [at, row] of after.entries()) {
      const place = places.get(row.id);
      for (const other of scripts.sources(at)) {
        if (other !== place) this.allow(row.id, this.allowed(before[other]!.id));
      }
      if (place !== undefined && scripts.mayBeNew(at)) {
        for (const { id, text } of written) if (text === row.text) this.allow(row.id, this.allowed(id));
      }
    }
  }
}

/** Lengths of the ends that are the same lines on both sides. */
function commonEnds(before: readonly Row[], after: readonly Row[]): readonly [number, number] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head]!.id === after[head]!.id) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail)!.id === after.at(-1 - tail)!.id) tail += 1;
  return [head, tail];
}

/** All shortest edit scripts between two lists of lines, by their texts. */
class Scripts {
  readonly #before: readonly Row[];
  readonly #after: readonly Row[];
  /** Length of the longest common part of the first lines, and of the last ones. */
  readonly #first: Uint16Array[];
  readonly #last: Uint16Array[];

  constructor(before: readonly Row[], after: readonly Row[]) {
    this.#before = before;
    this.#after = after;
    const table = (): Uint16Array[] =>
      Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
    this.#first = table();
    this.#last = table();
    for (let left = 1; left <= before.length; left += 1)
      for (let right = 1; right <= after.length; right += 1)
        this.#first[left]![right] =
          before[left - 1]!.text === after[right - 1]!.text
            ? this.#first[left - 1]![right - 1]! + 1
            : Math.max(this.#first[left - 1]![right]!, this.#first[left]![right - 1]!);
    for (let left = before.length - 1; left >= 0; left -= 1)
      for (let right = after.length - 1; right >= 0; right -= 1)
        this.#last[left]![right] =
          before[left]!.text === after[right]!.text
            ? this.#last[left + 1]![right + 1]! + 1
            : Math.max(this.#last[left + 1]![right]!, this.#last[left]![right + 1]!);
  }

  /** Places of the lines before that some script keeps as this line. */
  sources(at: number): number[] {
    const best = this.#last[0]![0]!;
    return this.#before.flatMap(({ text }, place) =>
      text === this.#after[at]!.text &&
      this.#first[place]![at]! + 1 + this.#last[place + 1]![at + 1]! === best
        ? [place]
        : [],
    );
  }

  /** Some script takes this line for a new one. */
  mayBeNew(at: number): boolean {
    const best = this.#last[0]![0]!;
    return this.#first.some((row, place) => row[at]! + this.#last[place]![at + 1]! === best);
  }
}
