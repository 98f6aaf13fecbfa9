/** What a project depended on when its session was first captured: its lock files, where the folder is here. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObservedDependencies } from '../../record/source.ts';
import { LOCK_FILES, type Pin } from './lock-files.ts';

/** Larger lock files are told by name only. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_PACKAGES = 5000;

/**
 * Reads the lock files right in the folders, the first folder first; a name is read once. Never follows a
 * symbolic link, reads no file that is none, and answers null when there is no lock file.
 */
export async function readDependencies(folders: readonly string[]): Promise<ObservedDependencies | null> {
  const files: Array<ObservedDependencies['files'][number]> = [];
  const packages: Array<ObservedDependencies['packages'][number]> = [];
  const seen = new Set<string>();
  for (const folder of new Set(folders)) {
    for (const [name, { ecosystem, parse }] of LOCK_FILES) {
      if (files.some((file) => file.path === name)) continue;
      const text = await readLockFile(join(folder, name));
      if (text === null) continue;
      const pins = text === '' ? [] : parse(text);
      files.push({ path: name, ecosystem, packages: pins.length });
      for (const pin of pins.sort(byName)) {
        const key = `${ecosystem}\0${pin.name}\0${pin.version}`;
        if (seen.has(key) || packages.length === MAX_PACKAGES) continue;
        seen.add(key);
        packages.push({ name: pin.name, version: pin.version, ecosystem, source: name });
      }
    }
  }
  return files.length === 0 ? null : { files, packages };
}

function byName(left: Pin, right: Pin): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  return left.version < right.version ? -1 : left.version > right.version ? 1 : 0;
}

/** The text; empty for one that is too large, null for what cannot be read. */
async function readLockFile(path: string): Promise<string | null> {
  try {
    // Not blocking: a pipe that stands there under the name of a lock file must not stop the capture.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size, isFile } = await file.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
      if (!isFile) return null;
      return size > MAX_BYTES ? '' : await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
