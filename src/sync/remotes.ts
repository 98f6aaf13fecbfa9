/** Bucket remotes: names and URLs, kept in the bucket's own git config as git keeps its remotes. */
import { realpath, rm } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OtError } from '../base/errors.ts';
import type { Bucket } from '../bucket/home.ts';
import { PUSHED_PREFIX } from '../bucket/layout.ts';
import { isRemoteName, remoteGitDir, remotesDir } from '../bucket/shelves.ts';
import { readConfig, removeConfigSection } from '../git/config.ts';
import { appendConfig } from '../git/config-append.ts';
import { assertRemoteUrl } from '../git/remote-url.ts';
import type { GitProgram } from '../git/spawn.ts';

export interface Remote {
  readonly name: string;
  readonly url: string;
}

/** Configured remotes by name. */
export async function listRemotes(git: GitProgram, bucket: Bucket): Promise<Remote[]> {
  const settings = await readConfig(git, bucket.gitDir, '^remote\\..*\\.url$');
  const remotes = settings.flatMap(({ name, value }) => {
    const remote = name.slice('remote.'.length, -'.url'.length);
    return isRemoteName(remote) ? [{ name: remote, url: value }] : [];
  });
  return remotes.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The named remote, or the only one. Throws `OT_REMOTE_UNKNOWN` (exit 2). */
export async function chooseRemote(
  git: GitProgram,
  bucket: Bucket,
  name: string | undefined,
): Promise<Remote> {
  const remotes = await listRemotes(git, bucket);
  const chosen = name === undefined ? remotes : remotes.filter((remote) => remote.name === name);
  if (chosen.length === 1) return chosen[0]!;
  if (name !== undefined)
    throw unknownRemote(`no remote named '${name}'`, 'list them: git ot bucket remote status');
  if (remotes.length === 0)
    throw unknownRemote('no remote is configured', 'add one: git ot bucket remote add NAME URL');
  const names = remotes.map((remote) => remote.name).join(', ');
  throw unknownRemote(`several remotes are configured: ${names}`, 'name one of them');
}

/** Adds a remote; contacts nobody. Throws `OT_REMOTE_EXISTS`, `OT_REMOTE_NAME`, `OT_REMOTE_URL`. */
export async function addRemote(git: GitProgram, bucket: Bucket, remote: Remote): Promise<void> {
  if (!isRemoteName(remote.name)) {
    throw new OtError('OT_REMOTE_NAME', 'usage', `'${remote.name}' cannot name a remote`, {
      hint: 'use letters, digits, dots, dashes and underscores',
    });
  }
  assertRemoteUrl(remote.url);
  await assertElsewhere(bucket, remote.url);
  const known = await listRemotes(git, bucket);
  if (known.some(({ name }) => name === remote.name)) {
    throw new OtError('OT_REMOTE_EXISTS', 'usage', `remote ${remote.name} is configured already`, {
      hint: `remove it first: git ot bucket remote remove ${remote.name}`,
    });
  }
  const { name, url } = remote;
  await appendConfig(bucket.gitDir, { section: 'remote', sub: name, key: 'url', value: url });
}

/** Forgets a remote: its URL, what it gave us, and what we remember of its tips. Nothing happens at the remote. */
export async function removeRemote(git: GitProgram, bucket: Bucket, name: string): Promise<Remote> {
  const remote = await chooseRemote(git, bucket, name);
  const { refs } = bucket.repository;
  const pushed = await refs.list(`${PUSHED_PREFIX}${name}/`);
  if (pushed.length > 0) {
    await refs.transaction(pushed.map((ref) => ({ name: ref.name, next: null, expected: ref.oid })));
  }
  await removeConfigSection(git, bucket.gitDir, `remote.${name}`);
  await rm(remoteGitDir(bucket.home, name), { recursive: true, force: true });
  return remote;
}

/** What others sealed must not get into the bucket, nor among what was pulled: neither is a remote. */
async function assertElsewhere({ gitDir, home }: Bucket, url: string): Promise<void> {
  const path = pathOf(url);
  if (path === null) return;
  const own = await Promise.all([gitDir, remotesDir(home)].map(placeOf));
  // Git finds a repository under each of these names.
  const places = await Promise.all([path, `${path}.git`, join(path, '.git')].map(placeOf));
  if (!places.some((place) => own.some((folder) => isInside(folder, place)))) return;
  throw new OtError('OT_REMOTE_URL', 'usage', 'that is the bucket itself, or what was pulled into it', {
    hint: 'give another repository: git init --bare PATH makes one',
  });
}

function pathOf(url: string): string | null {
  if (isAbsolute(url)) return url;
  if (!/^file:\/\//i.test(url)) return null;
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}

/** The real path, or the path as it is where nothing stands. */
async function placeOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return resolve(path);
  }
}

function isInside(folder: string, place: string): boolean {
  return place === folder || place.startsWith(`${folder}${sep}`);
}

function unknownRemote(message: string, hint: string): OtError {
  return new OtError('OT_REMOTE_UNKNOWN', 'usage', message, { hint });
}
