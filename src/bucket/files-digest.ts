/**
 * One digest for all evidence of a trace, kept in its manifest row: git tells that an object is what its
 * name says, this tells that the trace is what was captured. Reads names only, so verify gets it for nothing.
 */
import { createHash } from 'node:crypto';
import type { Oid } from '../git/ports.ts';
import type { TraceNames } from './layout.ts';

/**
 * `sha256:<hex>` over the lines `<object id> <path>` of a trace's files in path order. Left out are the row
 * itself and the list behind placeholders, which grows with every push.
 */
export function filesDigest(names: TraceNames, files: ReadonlyMap<string, Oid>): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    if (path !== names.meta && path !== names.secrets) hash.update(`${files.get(path)} ${path}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}
