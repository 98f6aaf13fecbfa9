/** Many states of one file as few numbers: each differs from the one before it in some lines only. */
import type { Owned } from './lines.ts';

/** Writes lists of numbers, each distinct list once, so that states that share one share it again. */
export class LinePacker {
  readonly #numbers: number[] = [];
  readonly #places = new Map<Int32Array, number>();
  #last: Int32Array = new Int32Array(0);
  #lastOwners: Int32Array = new Int32Array(0);

  get numbers(): Int32Array {
    return Int32Array.from(this.#numbers);
  }

  /** Number of the list. */
  lines(ids: Int32Array): number {
    return this.#put(ids, this.#last, () => {
      this.#last = ids;
    });
  }

  /** Numbers of both lists of a state. */
  owned({ ids, owners }: Owned): [number, number] {
    const first = this.lines(ids);
    const second = this.#put(owners, this.#lastOwners, () => {
      this.#lastOwners = owners;
    });
    return [first, second];
  }

  /** Number of the list it is written against (plus 1, 0 for none), equal lines at both ends, and the rest. */
  #put(list: Int32Array, base: Int32Array, isLast: () => void): number {
    const known = this.#places.get(list);
    if (known !== undefined) return known;
    const most = Math.min(list.length, base.length);
    let head = 0;
    while (head < most && list[head] === base[head]) head += 1;
    let tail = 0;
    while (tail < most - head && list[list.length - 1 - tail] === base[base.length - 1 - tail]) tail += 1;
    this.#numbers.push((this.#places.get(base) ?? -1) + 1, head, tail, list.length - head - tail);
    for (let at = head; at < list.length - tail; at += 1) this.#numbers.push(list[at]!);
    const place = this.#places.size;
    this.#places.set(list, place);
    isLast();
    return place;
  }
}

/** The lists again, by their numbers. */
export function unpackLines(numbers: Int32Array): Int32Array[] {
  const lists: Int32Array[] = [];
  for (let at = 0; at < numbers.length; ) {
    const [base, head, tail, rest] = numbers.subarray(at, at + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const list = new Int32Array(head + rest + tail);
    const from = base === 0 ? null : lists[base - 1]!;
    if (from !== null) {
      list.set(from.subarray(0, head));
      list.set(from.subarray(from.length - tail), head + rest);
    }
    list.set(numbers.subarray(at + 4, at + 4 + rest), head);
    lists.push(list);
    at += 4 + rest;
  }
  return lists;
}
