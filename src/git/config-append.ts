/** Adds a setting to a repository's `config` without a process: an argument of git can be read by every user. */
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import { writeFailure } from './failure.ts';

/**
 * Appends `[section "sub"] key = value`, under the lock that git takes for its own writing; the file is its
 * owner's alone from then on. Throws `OT_CONFIG_LOCKED` (exit 7), and storage errors by name.
 */
export async function appendConfig(
  gitDir: string,
  setting: { readonly section: string; readonly sub: string; readonly key: string; readonly value: string },
): Promise<void> {
  const file = await realpath(join(gitDir, 'config'));
  const lock = `${file}.lock`;
  const handle = await open(lock, 'wx', 0o600).catch((error: unknown) => {
    throw isSystemError(error, 'EEXIST') ? locked(lock) : writeFailure(error);
  });
  try {
    const before = await readFile(file, 'utf8');
    const text = before === '' || before.endsWith('\n') ? before : `${before}\n`;
    await handle.writeFile(text + sectionText(setting));
    await handle.sync();
    await handle.close();
    await rename(lock, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(lock, { force: true });
    throw writeFailure(error);
  }
}

function sectionText(setting: Parameters<typeof appendConfig>[1]): string {
  const { section, sub, key, value } = setting;
  return `[${section} "${escaped(sub)}"]\n\t${key} = "${escaped(value)}"\n`;
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n');
}

function locked(lock: string): OtError {
  return new OtError('OT_CONFIG_LOCKED', 'conflict', 'the configuration of the bucket is being written', {
    hint: `try again; when no git is at work, delete ${lock}`,
    retryable: true,
  });
}
