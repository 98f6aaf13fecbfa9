/** Sub-agents of sub-agents belong to the session a person began. */

const MAX_DEPTH = 64;

/** The session at the root of those that started `id`, undefined when nothing did. `parents`: by session id. */
export function rootOf(id: string, parents: ReadonlyMap<string, string>): string | undefined {
  let root: string | undefined;
  let at = parents.get(id);
  for (let depth = 0; at !== undefined && at !== id && depth < MAX_DEPTH; depth += 1) {
    root = at;
    at = parents.get(at);
  }
  return root;
}
