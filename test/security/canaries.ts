/** Looks for what is left of secrets in bytes that are about to leave. */
import { fromBytes, fromString } from '../../src/security/byte-text.ts';
import { unescapeJson } from '../../src/security/escapes.ts';

/** Shortest run of a secret's characters that counts as a leak. */
export const RUN = 8;

/**
 * Runs of at least {@link RUN} characters of `secret` that survive in `bytes`, as they stand or with up to
 * six levels of JSON escapes decoded. Empty means that nothing leaked.
 */
export function survivingRuns(bytes: Buffer, secret: string): string[] {
  const wanted = runsOf(fromString(secret));
  const found = new Set<string>();
  let view = fromBytes(bytes);
  for (let depth = 0; depth < 6; depth += 1) {
    for (const run of wanted) if (view.includes(run)) found.add(run);
    const next = unescapeJson(view);
    if (next === view) break;
    view = next;
  }
  return [...found];
}

function runsOf(text: string): Set<string> {
  const runs = new Set<string>();
  for (let at = 0; at + RUN <= text.length; at += 1) runs.add(text.slice(at, at + RUN));
  return runs;
}
