/** Which part of a repository's trail is looked at. */
import type { Trail } from './trail.ts';

export interface TrailSelection {
  /** Milliseconds since 1970. */
  readonly since?: number;
  /** A file or a folder, below the top of the work tree. */
  readonly path?: string;
  readonly agent?: string;
}

/** Whether a path is the wanted one, or below it, or was called so before. */
export function pathFilter(trail: Trail, path: string | undefined): (path: string) => boolean {
  if (path === undefined || path === '') return () => true;
  const names = trail.connected(path);
  return (each) => names.has(each) || each.startsWith(`${path}/`);
}
