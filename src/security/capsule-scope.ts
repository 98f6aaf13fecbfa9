/** Tool `capsule_scope`: fields that hold prompts are left out before anything looks at them. */

/** Paths of objects' keys from the top of a row or record. */
const EXCLUDED: readonly (readonly string[])[] = [
  ['context_resume_packet', 'messages'],
  ['context_resume_packet', 'system'],
];

export interface Scoped {
  readonly value: unknown;
  /** Fields that were left out. */
  readonly excluded: number;
}

/** A copy of `value` in which each of these fields that has a value is a text that says so. */
export function excludeFields(value: unknown): Scoped {
  let excluded = 0;
  const copy = EXCLUDED.reduce((whole, path) => {
    const marker = `[EXCLUDED:${path.join('.')}]`;
    return replacedAt(whole, path, (old) => {
      if (old === undefined || old === null || old === marker) return old;
      excluded += 1;
      return marker;
    });
  }, value);
  return { value: copy, excluded };
}

function replacedAt(value: unknown, path: readonly string[], replace: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replace(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === key ? replacedAt(item, rest, replace) : item,
  ]);
  return Object.fromEntries(entries);
}
