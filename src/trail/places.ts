/** From paths as agents wrote them to paths in the repository. */
import { posix } from 'node:path';

/** Where an edit happened: a work tree, and a path below its top. */
export interface Place {
  /** Top folder of the work tree. */
  readonly root: string;
  readonly path: string;
}

/** A path without `.` and `..`, with forward slashes; relative ones are taken from `cwd`. */
function absolute(path: string, cwd: string | null): string {
  const flat = /^[A-Za-z]:[\\/]/.test(path) ? path.replaceAll('\\', '/') : path;
  const isAbsolute = flat.startsWith('/') || /^[A-Za-z]:\//.test(flat);
  return posix.normalize(isAbsolute || cwd === null ? flat : posix.join(cwd.replaceAll('\\', '/'), flat));
}

function below(root: string, path: string): string | null {
  const start = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(start) && path.length > start.length ? path.slice(start.length) : null;
}

export interface PlaceOptions {
  /** Files outside of the work trees are of other repositories. */
  readonly isOnlyHere?: boolean;
  /** Top folders of the repository's work trees on this machine. */
  readonly roots: readonly string[];
  /** Paths the history knows. */
  readonly known: ReadonlySet<string>;
}

/**
 * Places of the files that one session edited, null for a file outside. Sessions of another machine or clone ran
 * below folders that are not here (`isForeign`): a file's top is the folder above it below which most of the files are known.
 */
export function placesOf(
  cwd: string | null,
  paths: readonly string[],
  { roots, known, isOnlyHere = false }: PlaceOptions,
): { readonly places: ReadonlyArray<Place | null>; readonly isForeign: boolean } {
  const whole = paths.map((path) => absolute(path, cwd));
  const deepest = [...roots].sort((left, right) => right.length - left.length);
  const here = whole.map((path) => placeBelow(deepest, path));
  if (isOnlyHere || here.some((place) => place !== null)) return { places: here, isForeign: false };
  const likely = likelyRoots(cwd, whole, known);
  return { places: whole.map((path) => placeBelow(likely, path)), isForeign: true };
}

function placeBelow(roots: readonly string[], path: string): Place | null {
  for (const root of roots) {
    const inside = below(root, path);
    if (inside !== null) return inside.startsWith('.git/') ? null : { root, path: inside };
  }
  return null;
}

/** Folders above the files, those below which most of them are known first; then the session's own folder. */
function likelyRoots(cwd: string | null, paths: readonly string[], known: ReadonlySet<string>): string[] {
  const hits = new Map<string, number>();
  for (const path of new Set(paths)) {
    for (let root = posix.dirname(path); ; root = posix.dirname(root)) {
      if (known.has(below(root, path) ?? '')) hits.set(root, (hits.get(root) ?? 0) + 1);
      if (root === posix.dirname(root)) break;
    }
  }
  const ranked = [...hits].sort(([left, most], [right, more]) => more - most || right.length - left.length);
  return [...ranked.map(([root]) => root), ...(cwd === null ? [] : [absolute(cwd, null)])];
}
