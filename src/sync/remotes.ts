/** Bucket remotes: names and URLs, kept in the bucket's own git config as git keeps its remotes. */
import { rm } from 'node:fs/promises';
import { OtError } from '../base/errors.ts';
import type { Bucket } from '../bucket/home.ts';
import { PUSHED_PREFIX } from '../bucket/layout.ts';
import { isRemoteName, remoteGitDir } from '../bucket/shelves.ts';
import { readConfig, removeConfigSection, writeConfig } from '../git/config.ts';
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
  assertUrl(remote.url);
  const known = await listRemotes(git, bucket);
  if (known.some(({ name }) => name === remote.name)) {
    throw new OtError('OT_REMOTE_EXISTS', 'usage', `remote ${remote.name} is configured already`, {
      hint: `remove it first: git ot bucket remote remove ${remote.name}`,
    });
  }
  await writeConfig(git, bucket.gitDir, `remote.${remote.name}.url`, remote.url);
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

/** A URL is data for a git child: no option, no helper that runs commands, one line. */
function assertUrl(url: string): void {
  if (url === '' || url.startsWith('-') || /[\x00-\x1f\x7f]/.test(url) || /^[A-Za-z0-9+.-]*::/.test(url)) {
    throw new OtError('OT_REMOTE_URL', 'usage', 'that URL cannot be used as a remote', {
      hint: 'give a path, an ssh URL or an https URL',
    });
  }
}

function unknownRemote(message: string, hint: string): OtError {
  return new OtError('OT_REMOTE_UNKNOWN', 'usage', message, { hint });
}
