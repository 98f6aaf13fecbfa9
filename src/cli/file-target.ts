/** A file of the work tree as typed, with the lines of it that are wanted. */
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { TrailRepository } from '../trail/repository.ts';
import type { App } from './app.ts';

export interface FileTarget {
  /** Below the top of the work tree, with forward slashes. */
  readonly path: string;
  /** Inclusive, from 1. */
  readonly range?: { readonly from: number; readonly to: number };
}

const LINES = /^(.+):(\d{1,9})(?:-(\d{1,9}))?$/s;

/** A name that ends in `:7` or `:3-9` is a range, unless there is a file of that very name. Throws `OT_BAD_VALUE` (exit 2). */
export async function fileTarget(app: App, repository: TrailRepository, typed: string): Promise<FileTarget> {
  const match = LINES.exec(typed);
  const isFile = match !== null && (await lstat(resolve(app.cwd, typed)).catch(() => null)) !== null;
  if (match === null || isFile) return { path: await pathBelow(app.cwd, repository, typed) };
  const [, name = '', from = '', to = from] = match;
  const range = { from: Number(from), to: Number(to) };
  if (range.from < 1 || range.to < range.from) throw badRange(typed);
  return { path: await pathBelow(app.cwd, repository, name), range };
}

/** Below the top of the work tree; the folder may be reached over a link, the file itself is taken as it is named. */
export async function pathBelow(cwd: string, { topLevel }: TrailRepository, name: string): Promise<string> {
  const whole = resolve(cwd, name);
  const folder = await realpath(dirname(whole)).catch(() => dirname(whole));
  const top = await realpath(topLevel).catch(() => topLevel);
  const path = relative(top, join(folder, basename(whole)));
  if (path === '' || path === '..' || path.startsWith(`..${sep}`)) {
    throw new OtError('OT_BAD_VALUE', 'usage', 'the file is outside the repository', {
      hint: 'give a file of the repository around the current folder',
    });
  }
  return path.split(sep).join('/');
}

function badRange(typed: string): OtError {
  const range = /:[\d-]*$/.exec(typed)?.[0] ?? '';
  return new OtError('OT_BAD_VALUE', 'usage', `${range.slice(1)} is no range of lines`, {
    hint: 'lines count from 1: FILE:7 or FILE:3-9',
  });
}
