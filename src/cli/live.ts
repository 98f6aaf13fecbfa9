/** What `status` and `doctor` look at, over the application. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { Bucket } from '../bucket/home.ts';
import { PUSHED_PREFIX, SEALED_PREFIX } from '../bucket/layout.ts';
import { copiesOfTip } from '../bucket/list.ts';
import { lockHolder } from '../bucket/lock.ts';
import { journalTips, ownShelf } from '../bucket/shelves.ts';
import { type AgentHealth, type CaptureHealth, captureHealth } from '../capture/live/health.ts';
import { agentTarget, settingsPath } from '../capture/live/setup/agents.ts';
import { readInstalled } from '../capture/live/setup/made.ts';
import { hooksDir } from '../capture/live/setup/places.ts';
import { repositoryHooks, repositoryState } from '../capture/live/setup/repository.ts';
import { isTracked } from '../capture/live/tracking.ts';
import type { Transport } from '../git/ports.ts';
import { compareRemote } from '../sync/compare.ts';
import { listRemotes } from '../sync/remotes.ts';
import { agentLogs } from './agent-logs.ts';
import type { App } from './app.ts';
import { agentHomes, installPlaces } from './install-places.ts';
import { compareParts } from './remote-context.ts';
import { type Opened, withBucket } from './with-bucket.ts';

export interface FolderStatus {
  /** Whether sessions in the current folder are captured. */
  readonly tracked: boolean;
  /** Hooks of its repository; null outside of one. */
  readonly hooks: ReadonlyArray<{ readonly hook: string; readonly installed: boolean }> | null;
}

export interface BucketSummary {
  readonly traces: number;
  /** Per remote: traces it has not, as far as the last push or look knows; nothing is asked. */
  /** Traces are null when the policy of a push cannot run. */
  readonly unsynced: ReadonlyArray<{ readonly remote: string; readonly traces: number | null }>;
}

/** A writer that holds the bucket this long, in milliseconds, while notes wait, keeps sessions from being captured. */
const LONG_LOCK_MS = 10_000;

export async function liveHealth(app: App): Promise<CaptureHealth> {
  const health = await filesHealth(app);
  if (health.capture !== 'on' && health.capture !== 'missed') return health;
  const gone = missingScript(app);
  if (gone !== null)
    return { ...health, capture: 'failing', since: null, reason: `what hooks call is gone: ${gone}` };
  if (health.capture === 'missed' || health.spool.waiting === 0) return health;
  const lock = await longLock(app);
  if (lock === null) return health;
  return { ...health, capture: 'failing', since: lock.since, reason: `notes wait: ${lock.message}` };
}

/** The file without which every hook does nothing, or starts no drain; null when all are there. */
export function missingScript(app: App): string | null {
  const folder = hooksDir(installPlaces(app));
  const names = ['spool', 'program'].map((name) => join(folder, name));
  return names.find((path) => !existsSync(path)) ?? null;
}

/** A lock of the bucket that has been held for long; `since` in ISO 8601 UTC. Null when it is free, or new. */
export async function longLock({
  home,
  platform,
}: App): Promise<{ readonly message: string; readonly hint: string; readonly since: string } | null> {
  const lock = await lockHolder(home, platform);
  if (lock === null || platform.now().getTime() - lock.since < LONG_LOCK_MS) return null;
  return { ...lock, since: new Date(lock.since).toISOString() };
}

/** What files tell of hooks and notes: without a look at the scripts, and at who holds the bucket. */
export async function filesHealth(app: App): Promise<CaptureHealth> {
  const homes = agentHomes(app);
  const health = await captureHealth({
    homes,
    places: installPlaces(app),
    platform: app.platform,
    logsOf: (agent) => agentLogs(app, agent),
  });
  const noted = readInstalled(app.home);
  const wasThere = ({ agent, present, hooks }: AgentHealth): boolean => {
    const path = settingsPath(agentTarget(agent), homes);
    return present && hooks === 'none' && noted.some((each) => each.what === agent && each.path === path);
  };
  const agents = health.agents.map((each) => ({ ...each, lost: each.lost || wasThere(each) }));
  return { ...health, agents };
}

export async function folderStatus(app: App): Promise<FolderStatus> {
  const tracked = await isTracked(app.git, app.cwd);
  try {
    const hooks = await repositoryState(await repositoryHooks(app.git, app.cwd), installPlaces(app));
    return { tracked, hooks };
  } catch (error) {
    if (error instanceof OtError) return { tracked, hooks: null };
    throw error;
  }
}

/** Null when there is no bucket yet. */
export async function bucketSummary(app: App): Promise<BucketSummary | null> {
  try {
    return await withBucket(app, {}, async (opened) => {
      const tips = await journalTips(ownShelf(opened.bucket));
      const counts = await Promise.all(tips.map(async (tip) => (await copiesOfTip(tip)).length));
      const traces = counts.reduce((sum, number) => sum + number, 0);
      return { traces, unsynced: await unsyncedOf(app, opened) };
    });
  } catch (error) {
    if (error instanceof OtError && error.code === 'OT_NO_BUCKET') return null;
    throw error;
  }
}

async function unsyncedOf(app: App, opened: Opened): Promise<BucketSummary['unsynced']> {
  const found: Array<BucketSummary['unsynced'][number]> = [];
  const remotes = await listRemotes(app.git, opened.bucket);
  const parts = remotes.length === 0 ? null : await compareParts(app, opened).catch(orUnknown);
  for (const remote of remotes) {
    if (parts === null) {
      found.push({ remote: remote.name, traces: null });
      continue;
    }
    const transport = await lastSeen(opened.bucket, remote.name);
    const { to_push } = await compareRemote({ ...parts, transport: () => transport }, remote);
    found.push({ remote: remote.name, traces: to_push.length });
  }
  return found;
}

/** A policy that cannot run is told by `doctor` and by what would push. */
function orUnknown(error: unknown): null {
  if (error instanceof OtError && error.kind === 'refused') return null;
  throw error;
}

/** The remote as it was seen last: lists the tips of ours that it had, and reaches nothing. */
export async function lastSeen({ repository }: Bucket, remote: string): Promise<Transport> {
  const prefix = `${PUSHED_PREFIX}${remote}/`;
  const refs = await repository.refs.list(prefix);
  const there = refs.map((ref) => ({ ...ref, name: SEALED_PREFIX + ref.name.slice(prefix.length) }));
  return { listRemote: async () => there, fetch: unreachable, push: unreachable };
}

function unreachable(): Promise<never> {
  return Promise.reject(new Error('comparing with what was seen last reaches no remote'));
}
