/** Whether capture is alive on this machine, and since when not: what `git ot status` and `doctor` tell. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../../base/errors.ts';
import type { Platform } from '../../base/platform.ts';
import { FileCache, filePlace } from '../file-cache.ts';
import { drainAtWork } from './marker.ts';
import { type AgentLog, missedLogs } from './missed.ts';
import { type NoRoom, noRoomFor } from './room.ts';
import {
  AGENT_TARGETS,
  type AgentHomes,
  type AgentTarget,
  agentState,
  hadHooks,
  hookedSince,
} from './setup/agents.ts';
import type { Places } from './setup/places.ts';
import { type BadEvent, listAside, listSpool, spoolDir } from './spool.ts';
import { type LiveState, readState } from './state.ts';
import { isPaused } from './tracking.ts';

export interface AgentHealth {
  readonly agent: string;
  /** Whether the agent's own folder is there. */
  readonly present: boolean;
  /** `other`: some hooks are missing, or those of another git-ot; `unreadable`: its settings cannot be used. */
  readonly hooks: 'hooked' | 'other' | 'none' | 'unreadable';
  /** True when our hooks were in its settings once and are gone: somebody wrote them anew. */
  readonly lost: boolean;
  /** When a session of it last grew, ISO 8601 UTC; null when there is none. */
  readonly last_session: string | null;
  /** Sessions that grew since it has our hooks, and no hook told of it; `since` is the first of them. */
  readonly missed: { readonly sessions: number; readonly since: string } | null;
}

export interface CaptureHealth {
  /** `missed`: a session grew after the last drain, and no hook told of it. */
  readonly capture: 'on' | 'off' | 'paused' | 'failing' | 'missed';
  /** Since when it is not on, ISO 8601 UTC; null when it is, or was never. */
  readonly since: string | null;
  readonly reason: string | null;
  readonly agents: readonly AgentHealth[];
  readonly spool: {
    readonly waiting: number;
    readonly drain: boolean;
    readonly set_aside: readonly BadEvent[];
  };
  readonly drained_at: string | null;
  /** What keeps hooks from writing their notes; null when nothing does. */
  readonly no_room: NoRoom | null;
}

export interface HealthOptions {
  readonly homes: AgentHomes;
  readonly places: Places;
  readonly platform: Platform;
  /** Logs of an agent's sessions on this machine. */
  readonly logsOf: (agent: string) => Promise<readonly AgentLog[]>;
}

/** Looks at files only; starts nothing and changes nothing. */
export async function captureHealth(options: HealthOptions): Promise<CaptureHealth> {
  const { places, platform } = options;
  const { home } = places;
  const state = await readState(home);
  const [agents, set_aside] = await Promise.all([agentsOf(options, state), listAside(home)]);
  const waiting = (await listSpool(home)).length;
  const spool = { waiting, drain: (await drainAtWork(home, platform)) !== null, set_aside };
  const no_room = await noRoomFor(home);
  const common = { agents, spool, drained_at: state.drained_at, no_room };
  if (await isPaused(home)) {
    const since = isoOf(await mtime(join(home, 'paused')));
    return { ...common, capture: 'paused', since, reason: 'paused by git ot pause' };
  }
  if (!agents.some(({ hooks }) => hooks === 'hooked')) {
    return { ...common, capture: 'off', since: null, reason: 'no agent has our hooks' };
  }
  if (state.failing !== null) {
    const { since, code, message } = state.failing;
    return { ...common, capture: 'failing', since, reason: `${message} [${code}]` };
  }
  if (waiting > 0 && !spool.drain) {
    const since = isoOf(await oldestNote(home));
    return { ...common, capture: 'failing', since, reason: 'notes wait and no drain was started' };
  }
  if (no_room !== null) {
    const why = no_room.why === 'full' ? 'the disk is full' : 'hooks cannot write there';
    return { ...common, capture: 'failing', since: null, reason: `${why}: ${no_room.path}` };
  }
  const missing = agents.filter(({ missed }) => missed !== null);
  if (missing.length > 0) {
    const since = missing.map(({ missed }) => missed!.since).sort()[0]!;
    const names = missing.map(({ agent }) => agent).join(', ');
    return { ...common, capture: 'missed', since, reason: `no hook told of sessions that grew: ${names}` };
  }
  return { ...common, capture: 'on', since: null, reason: null };
}

async function agentsOf(options: HealthOptions, state: LiveState): Promise<AgentHealth[]> {
  const cache = new CapturedLogs(options);
  return Promise.all(AGENT_TARGETS.map((target) => agentHealth(target, options, state, cache)));
}

async function agentHealth(
  target: AgentTarget,
  { homes, places, platform, logsOf }: HealthOptions,
  state: LiveState,
  captured: CapturedLogs,
): Promise<AgentHealth> {
  const { agent } = target;
  const present = (await mtime(target.folder(homes))) !== null;
  const hooks = await hooksOf(target, homes, places);
  const lost = hooks === 'none' && (await hadHooks(target, homes));
  const logs = present ? await logsOf(agent) : [];
  const since = hooks === 'none' ? Number.POSITIVE_INFINITY : await hookedSince(target, homes, places);
  const candidates = missedLogs(logs, { state, since, now: platform.now().getTime() });
  const missed = await captured.without(candidates);
  const last_session = isoOf(latest(logs));
  const told = missed.length === 0 ? null : { sessions: missed.length, since: isoOf(earliest(missed))! };
  return { agent, present, hooks, lost, last_session, missed: told };
}

async function hooksOf(
  target: AgentTarget,
  homes: AgentHomes,
  places: Places,
): Promise<AgentHealth['hooks']> {
  try {
    return await agentState(target, homes, places);
  } catch (error) {
    if (error instanceof OtError) return 'unreadable';
    throw error;
  }
}

/** Logs that were captured without a hook, by `git ot capture` on a folder. */
class CapturedLogs {
  readonly #options: HealthOptions;
  #cache: Promise<FileCache> | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  async without(logs: readonly AgentLog[]): Promise<AgentLog[]> {
    if (logs.length === 0) return [];
    const { places, platform } = this.#options;
    this.#cache ??= FileCache.open(places.home, platform);
    const cache = await this.#cache;
    return logs.filter(({ path }) => {
      const stamp = cache.stamp(filePlace(path));
      return stamp === null || cache.find(filePlace(path), stamp) === null;
    });
  }
}

function latest(logs: readonly AgentLog[]): number | null {
  return logs.reduce<number | null>((last, { changed }) => Math.max(last ?? 0, changed), null);
}

function earliest(logs: readonly AgentLog[]): number {
  return logs.reduce((first, { changed }) => Math.min(first, changed), Number.POSITIVE_INFINITY);
}

async function oldestNote(home: string): Promise<number | null> {
  const names = await readdir(spoolDir(home)).catch((): string[] => []);
  const notes = names.filter((name) => name.startsWith('event-'));
  const times = await Promise.all(notes.map((name) => mtime(join(spoolDir(home), name))));
  return times.reduce(
    (oldest, time) => (time === null || (oldest !== null && oldest < time) ? oldest : time),
    null,
  );
}

async function mtime(path: string): Promise<number | null> {
  return stat(path).then(
    (stats) => stats.mtimeMs,
    () => null,
  );
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
