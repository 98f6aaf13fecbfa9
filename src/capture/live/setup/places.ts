/** Where setup finds and puts things, and the scripts every target needs: `$OT_HOME/hooks`. */
import { join } from 'node:path';
import { OtError } from '../../../base/errors.ts';
import { type FileChange, readOptional } from './change.ts';
import { isShippedText, type PlaceForm, render, shippedText } from './shipped.ts';

export interface Places {
  /** `$OT_HOME`. */
  readonly home: string;
  /** The `hooks/` folder that this version ships. */
  readonly shipped: string;
  /** Node and the program that hooks start, absolute: what an agent's PATH holds is not known. */
  readonly node: string;
  readonly program: string;
}

const SCRIPTS = ['spool', 'pre-push'];

export function hooksDir({ home }: Places): string {
  return join(home, 'hooks');
}

/** Puts our scripts in place, or takes them out. Throws `OT_FILE_FOREIGN` (exit 3) on a text that is not ours. */
export async function planScripts(places: Places, remove: boolean): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const name of SCRIPTS) {
    const path = join(hooksDir(places), name);
    const before = await readOptional(path);
    const text = shippedText(places.shipped, name);
    if (before !== null && !isShipped(places, name, before.toString('utf8'))) throw foreignFile(path);
    changes.push({ path, before, after: remove ? null : Buffer.from(text), mode: 0o755, isPrivate: true });
  }
  changes.push(await planProgram(places, remove));
  return changes;
}

async function planProgram(places: Places, remove: boolean): Promise<FileChange> {
  const path = join(hooksDir(places), 'program');
  const after = remove ? null : Buffer.from(`${places.node}\n${places.program}\n`);
  return { path, before: await readOptional(path), after, mode: 0o600, isPrivate: true };
}

/** A file that is wholly ours, from a template. Throws `OT_FILE_FOREIGN` (exit 3) on a text that is not ours. */
export async function planOwnFile(
  places: Places,
  path: string,
  { name, form }: { readonly name: string; readonly form: PlaceForm },
  remove: boolean,
): Promise<FileChange> {
  const template = shippedText(places.shipped, name);
  const before = await readOptional(path);
  const text = before?.toString('utf8') ?? '';
  if (before !== null && !isShipped(places, name, text)) throw foreignFile(path);
  const after = remove ? null : Buffer.from(render(template, hooksDir(places), form));
  return { path, before, after, mode: 0o644, record: { what: name, present: !remove } };
}

/** True for a text that this version or an older one shipped under this name. */
export function isShipped({ shipped }: Places, name: string, text: string): boolean {
  return isShippedText(shipped, name, text);
}

function foreignFile(path: string): OtError {
  return new OtError('OT_FILE_FOREIGN', 'refused', `${path} is not as git-ot wrote it`, {
    hint: 'move it away if it is no longer wanted, then run the command again',
  });
}
