/** Where settings and notes of ours stand outside of `$OT_HOME`, so that a purge finds them again. */
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import { Made, REPOSITORY, readInstalled } from '../capture/live/setup/made.ts';
import { readRepositories } from '../capture/live/setup/repository.ts';
import { readState } from '../capture/live/state.ts';
import { findCodeRepository } from '../git/code-repository.ts';
import { readSettings, type SettingScope, setSetting, unsetSetting } from '../git/settings.ts';
import { NOTES_REF } from '../trail/notes.ts';
import type { App } from './app.ts';
import { installPlaces } from './install-places.ts';

/** How the list of what setup made names a configuration file of the person that git made for us. */
const CONFIGURATION = 'configuration';
/** Our sections, and what `trail sync` sets for notes. */
const OURS = '^(opentraces\\.|notes\\.(rewriteref|opentraces\\.mergestrategy)$)';

/** What of ours stands in one repository of code, or in the person's own configuration. */
export interface Written {
  /** Top of the work tree; null for the person's configuration. */
  readonly repository: string | null;
  /** Names of settings, as git prints them. */
  readonly settings: readonly string[];
  readonly refs: readonly string[];
}

interface NewSetting {
  readonly name: string;
  readonly value: string;
  readonly bool: boolean;
}

/** Sets it, and notes where. Throws what {@link setSetting} throws. */
export async function writeSetting(
  app: App,
  folder: string,
  scope: SettingScope,
  setting: NewSetting,
): Promise<void> {
  if (scope === 'global') await noteConfiguration(app);
  await setSetting(app.git, folder, scope, setting);
  if (scope === 'local') await noteRepositoryOf(app, folder);
}

/** Removes it, and forgets where it stood when nothing else of ours does. False when there was none. */
export async function removeSetting(app: App, scope: SettingScope, name: string): Promise<boolean> {
  const removed = await unsetSetting(app.git, app.cwd, scope, name);
  if (scope === 'global') await dropConfiguration(app);
  else if ((await writtenIn(app, app.cwd)) === null) await noteRepositoryOf(app, app.cwd, false);
  return removed;
}

/** Notes that the repository around `folder` holds settings or notes of ours. */
export async function noteRepositoryOf(app: App, folder: string, present = true): Promise<void> {
  const found = await findCodeRepository(app.git, folder);
  if (found !== null) await note(app, REPOSITORY, found.topLevel, present);
}

/** In every repository that is known here and the one around the current folder, then in the person's configuration. */
export async function allWritten(app: App): Promise<Written[]> {
  const noted = readInstalled(app.home).filter(({ what }) => what === REPOSITORY);
  const hooked = await readRepositories(installPlaces(app));
  const { sessions } = await readState(app.home);
  const folders: string[] = [
    ...noted.map(({ path }) => path),
    ...hooked.map(({ top }) => top),
    ...sessions.flatMap(({ cwd }) => cwd ?? []),
  ];
  const here = currentFolder(app);
  if (here !== null) folders.push(here);
  const seen = new Set<string>();
  const written: Written[] = [];
  for (const folder of new Set(folders)) {
    const found = await findCodeRepository(app.git, folder).catch(() => null);
    if (found === null || seen.has(found.commonDir)) continue;
    seen.add(found.commonDir);
    const place = await writtenIn(app, found.topLevel);
    if (place !== null) written.push(place);
  }
  const own = await settingsOf(app, '/', 'global');
  return own.length === 0 ? written : [...written, { repository: null, settings: own, refs: [] }];
}

/** Null when it was deleted. */
export function currentFolder(app: App): string | null {
  try {
    return app.cwd;
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

/** Takes all of it out; a configuration file that git made for us goes when that leaves it empty. */
export async function removeWritten(app: App, all: readonly Written[]): Promise<void> {
  for (const { repository, settings, refs } of all) {
    const folder = repository ?? '/';
    const scope = repository === null ? 'global' : 'local';
    for (const name of settings) {
      if (name === 'notes.rewriteref') await unsetValue(app, folder, name, NOTES_REF);
      else await unsetSetting(app.git, folder, scope, name);
    }
    for (const ref of refs) await app.git.run(['update-ref', '-d', ref], { cwd: folder });
  }
  await dropConfiguration(app);
}

/** Null where nothing of ours is. */
async function writtenIn(app: App, folder: string): Promise<Written | null> {
  const found = await findCodeRepository(app.git, folder);
  if (found === null) return null;
  const settings = await settingsOf(app, found.topLevel, 'local');
  const args = ['for-each-ref', '--format=%(refname)', 'refs/opentraces/', NOTES_REF];
  const refs = (await app.git.text(args, { cwd: found.topLevel })).split('\n').filter((ref) => ref !== '');
  return settings.length + refs.length === 0 ? null : { repository: found.topLevel, settings, refs };
}

async function settingsOf(app: App, folder: string, scope: SettingScope): Promise<string[]> {
  try {
    const found = await readSettings(app.git, OURS, { cwd: folder });
    const ours = found.filter((each) => each.scope === scope && isOurs(each));
    return [...new Set(ours.map(({ name }) => name))];
  } catch (error) {
    if (error instanceof OtError) return [];
    throw error;
  }
}

function isOurs({ name, value }: { readonly name: string; readonly value: string }): boolean {
  return name !== 'notes.rewriteref' || value === NOTES_REF;
}

async function unsetValue(app: App, folder: string, name: string, value: string): Promise<void> {
  const pattern = `^${value.replaceAll('.', '\\.')}$`;
  const args = ['config', '--local', '--unset-all', name, pattern];
  await app.git.run(args, { cwd: folder, okCodes: [0, 5] });
}

/** Git makes `~/.gitconfig` for the first setting of a person who has no configuration. */
async function noteConfiguration(app: App): Promise<void> {
  const call = { cwd: '/', okCodes: [0, 1, 128] };
  const { code } = await app.git.run(['config', '--global', '--list', '--name-only'], call);
  const path = join(app.userHome, '.gitconfig');
  if (code === 128 && !existsSync(path)) await note(app, CONFIGURATION, path, true);
}

async function dropConfiguration(app: App): Promise<void> {
  for (const { what, path } of readInstalled(app.home)) {
    if (what !== CONFIGURATION || path !== join(app.userHome, '.gitconfig')) continue;
    const size = await stat(path).then(
      (stats) => stats.size,
      () => null,
    );
    if (size !== null && size > 0) continue;
    await rm(path, { force: true });
    await note(app, CONFIGURATION, path, false);
  }
}

/** What cannot be noted is still found by who stands in it. */
async function note(app: App, what: string, path: string, present: boolean): Promise<void> {
  const made = new Made(app.home, app.platform);
  made.note({ what, path }, present);
  await made.settle().catch(() => undefined);
}
