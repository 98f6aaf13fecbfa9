/** Ids cut as git cuts object ids: to what is needed to tell them apart, and no less than is taken anywhere. */

/** Characters that every command wants at least. */
const LEAST = 8;

/** `id` cut so that none of `others` begins with it; only the nearest by name matter. */
export function shortId(id: string, others: readonly string[]): string {
  const common = others.map((other) => commonLength(id, other) + 1);
  return id.slice(0, Math.max(LEAST, ...common));
}

/** Every id with its cut, among each other. */
export function shortIds(ids: Iterable<string>): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort();
  return new Map(
    sorted.map((id, at) => [id, shortId(id, [sorted[at - 1] ?? '', sorted[at + 1] ?? ''])] as const),
  );
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}
