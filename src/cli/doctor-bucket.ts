/** What `git ot doctor` finds in the bucket: its catalog, and what remotes have not got. */
import { OtError } from '../base/errors.ts';
import { openShelves } from '../bucket/shelves.ts';
import { type DoctorFinding, made, noted } from '../capture/live/doctor.ts';
import { examineCatalog } from '../catalog/examine.ts';
import { compareRemote } from '../sync/compare.ts';
import { listRemotes, type Remote } from '../sync/remotes.ts';
import type { App } from './app.ts';
import { lastSeen } from './live.ts';
import { type CompareParts, compareParts } from './remote-context.ts';
import { count } from './views/page.ts';
import { type Opened, withBucket } from './with-bucket.ts';

const REBUILD = 'git ot bucket rebuild --substrate catalog';

/** Empty when there is no bucket yet. Throws what opening one throws. */
export async function bucketFindings(
  app: App,
  options: { readonly remotes: boolean },
): Promise<DoctorFinding[]> {
  try {
    return await withBucket(app, {}, async (opened) => [
      ...(await catalogFindings(app, opened)),
      ...(await remoteFindings(app, opened, options.remotes)),
    ]);
  } catch (error) {
    if (error instanceof OtError && error.code === 'OT_NO_BUCKET') return [];
    throw error;
  }
}

async function catalogFindings({ home }: App, { bucket, engine }: Opened): Promise<DoctorFinding[]> {
  const shelves = await openShelves(bucket, engine);
  try {
    const { path, state, outstanding } = await examineCatalog(home, shelves);
    switch (state) {
      case 'current':
        return [];
      case 'missing':
        return [noted('catalog_missing', path, 'there is no catalog yet: the next query makes it', REBUILD)];
      case 'stale':
        return [
          noted(
            'catalog_stale',
            path,
            `${count(outstanding, 'trace')} to index: the next query does`,
            REBUILD,
          ),
        ];
      case 'older':
        return [noted('catalog_older', path, 'of an older version: the next query makes it anew', REBUILD)];
      case 'newer':
        return [made('catalog_newer', path, 'made by a newer git-ot', `upgrade git-ot, or: ${REBUILD}`)];
      case 'damaged':
        return [made('catalog_damaged', path, 'the catalog is damaged; it is derived', REBUILD)];
      case 'unreadable':
        return [made('catalog_unreadable', path, 'the catalog cannot be read', `chmod u+rw ${quoted(path)}`)];
    }
  } finally {
    await Promise.all(shelves.slice(1).map((shelf) => shelf.objects.close()));
  }
}

async function remoteFindings(app: App, opened: Opened, ask: boolean): Promise<DoctorFinding[]> {
  const remotes = await listRemotes(app.git, opened.bucket);
  const parts = remotes.length === 0 ? null : await partsOrNone(app, opened);
  if (parts === null) return [];
  const found = await Promise.all(remotes.map((remote) => findingsOf(parts, remote, ask)));
  return found.flat();
}

/** Without a policy that can be used nothing is pushed: that is a finding of its own. */
async function partsOrNone(app: App, opened: Opened): Promise<CompareParts | null> {
  try {
    return await compareParts(app, opened);
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

async function findingsOf(parts: CompareParts, remote: Remote, ask: boolean): Promise<DoctorFinding[]> {
  const { name } = remote;
  const seen = ask ? undefined : await lastSeen(parts.bucket, name);
  try {
    const context = seen === undefined ? parts : { ...parts, transport: () => seen };
    const { to_push, to_pull } = await compareRemote(context, remote);
    const push = `${count(to_push.length, 'trace')} not pushed as they are now`;
    const pull = `${count(to_pull.length, 'journal')} there that were not pulled`;
    return [
      ...(to_push.length === 0
        ? []
        : [noted('remote_unsynced', name, push, `git ot bucket remote push ${name}`)]),
      ...(to_pull.length === 0 || !ask
        ? []
        : [noted('remote_ahead', name, pull, `git ot bucket remote pull ${name}`)]),
    ];
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    const code = error.code === 'OT_REMOTE_AUTH' ? 'remote_auth' : 'remote_unreachable';
    return [made(code, name, error.message, error.hint ?? `git ot bucket remote status ${name}`)];
  }
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
