/** What a repository's own files tell of its format, without any engine. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import type { HashAlgorithm } from './ports.ts';

/** True when the folder looks like a git repository: the three things git itself asks for. HEAD may be a link. */
export function isRepository(gitDir: string): boolean {
  return ['objects', 'refs'].every((name) => existsSync(join(gitDir, name))) && hasHead(gitDir);
}

function hasHead(gitDir: string): boolean {
  try {
    return lstatSync(join(gitDir, 'HEAD'), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Hash of a repository. Throws `OT_NOT_A_REPOSITORY`, or `OT_REPOSITORY_FORMAT` for a ref format that is not `files`. */
export function readAlgorithm(gitDir: string): HashAlgorithm {
  const config = isRepository(gitDir) ? configText(gitDir) : null;
  if (config === null) {
    throw new OtError('OT_NOT_A_REPOSITORY', 'usage', `${gitDir} is not a git repository`);
  }
  const extensions = extensionsOf(config);
  const refFormat = extensions.get('refstorage') ?? 'files';
  const algorithm = extensions.get('objectformat') ?? 'sha1';
  if (refFormat === 'files' && (algorithm === 'sha1' || algorithm === 'sha256')) return algorithm;
  throw new OtError('OT_REPOSITORY_FORMAT', 'usage', `${gitDir} has a format this program does not know`, {
    hint: 'Object formats sha1 and sha256 with ref format files are supported.',
  });
}

function configText(gitDir: string): string | null {
  try {
    return readFileSync(join(gitDir, 'config'), 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Values of the `[extensions]` section, names and values in lower case. */
function extensionsOf(config: string): Map<string, string> {
  const found = new Map<string, string>();
  let inside = false;
  for (const raw of config.split('\n')) {
    const heading = /^\s*\[([^\]]{0,200})\](.*)$/.exec(raw);
    if (heading !== null) inside = heading[1]!.trim().toLowerCase() === 'extensions';
    const [name, value] = (heading?.[2] ?? raw).split('=', 2);
    if (inside && name !== undefined && value !== undefined) {
      found.set(
        name.trim().toLowerCase(),
        value
          .replace(/[#;].*$/, '')
          .replaceAll('"', '')
          .trim()
          .toLowerCase(),
      );
    }
  }
  return found;
}
