/** What `trail explain` is asked about: a line of a file, a line of a commit's file, or a patch. */
import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { LineTarget } from '../trail/explain.ts';
import type { PatchName } from '../trail/explain-patch.ts';
import { commitNamed } from '../trail/repository.ts';
import type { App } from './app.ts';
import { fileTarget } from './file-target.ts';
import { patchNamed } from './patch-name.ts';
import type { OpenedTrail } from './with-trail.ts';

export type ExplainTarget =
  | { readonly kind: 'line'; readonly line: LineTarget }
  | { readonly kind: 'patch'; readonly patch: PatchName };

const IN_COMMIT = /^([^:]+):(.+:\d{1,9})$/s;

/**
 * A patch is an id, its trace may be short; `FILE:LINE` wins over `COMMIT:PATH:LINE` where there is such a file. Throws
 * `OT_BAD_VALUE` (exit 2), `OT_COMMIT_NOT_FOUND` (exit 6), and what `findTrace` throws.
 */
export async function explainTarget(
  app: App,
  { repository, shelves }: OpenedTrail,
  typed: string,
): Promise<ExplainTarget> {
  const patch = await patchNamed(shelves, typed);
  if (patch !== null) return { kind: 'patch', patch };
  const [, revision = '', place = ''] = IN_COMMIT.exec(typed) ?? [];
  const isFile = revision === '' || (await isThere(app, typed));
  const commit = isFile ? null : await commitNamed(repository, revision);
  const { path, range } = await fileTarget(app, repository, isFile ? typed : place);
  if (range === undefined || range.from !== range.to) throw noLine();
  return { kind: 'line', line: { path, line: range.from, commit } };
}

async function isThere({ cwd }: App, typed: string): Promise<boolean> {
  const name = typed.slice(0, typed.lastIndexOf(':'));
  const found = await lstat(resolve(cwd, name)).catch(() => null);
  return found?.isFile() === true;
}

function noLine(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', 'that is neither one line nor a patch', {
    hint: 'give FILE:LINE, COMMIT:FILE:LINE or the id of a patch, such as tp:3f2a9c1e:12.1',
  });
}
