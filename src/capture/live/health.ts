/** Whether capture is alive on this machine, and since when not: what `git ot status` and `doctor` tell. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../../base/errors.ts';
import type { Platform } from '../../base/platform.ts';
import { drainAtWork } from './marker.ts';
import { AGENT_TARGETS, type AgentHomes, agentState } from './setup/agents.ts';
import type { Places } from './setup/places.ts';
import { hooksDir } from './setup/places.ts';
import { type BadEvent, listAside, listSpool, spoolDir } from './spool.ts';
import { readState } from './state.ts';
import { isPaused } from './tracking.ts';

export interface AgentHealth {
  readonly agent: string;
  /** Whether the agent's own folder is there. */
  readonly present: boolean;
  /** `other`: some hooks are missing, or those of another git-ot; `unreadable`: its settings cannot be used. */
  readonly hooks: 'hooked' | 'other' | 'none' | 'unreadable';
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
}

export interface HealthOptions {
  readonly homes: AgentHomes;
  readonly places: Places;
  readonly platform: Platform;
  /** Folders in which an agent keeps its sessions. */
  readonly logsOf: (agent: string) => Promise<readonly string[]>;
}

/** A log may grow this long before its hook is heard of, in milliseconds. */
const GRACE_MS = 60_000;
/** Logs that are looked at per folder. */
const MOST_LOGS = 20_000;

/** Looks at files only; starts nothing and changes nothing. */
export async function captureHealth(options: HealthOptions): Promise<CaptureHealth> {
  const { places, platform } = options;
  const { home } = places;
  const [agents, state, set_aside] = await Promise.all([agentsOf(options), readState(home), listAside(home)]);
  const waiting = (await listSpool(home)).length;
  const spool = { waiting, drain: (await drainAtWork(home, platform)) !== null, set_aside };
  const common = { agents, spool, drained_at: state.drained_at };
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
  const missed = await missedSince(options, agents, state.drained_at);
  if (missed !== null) {
    return {
      ...common,
      capture: 'missed',
      since: isoOf(missed),
      reason: 'a session grew and no hook told of it',
    };
  }
  return { ...common, capture: 'on', since: null, reason: null };
}

async function agentsOf({ homes, places }: HealthOptions): Promise<AgentHealth[]> {
  return Promise.all(
    AGENT_TARGETS.map(async (target) => {
      const present = (await mtime(target.folder(homes))) !== null;
      try {
        return { agent: target.agent, present, hooks: await agentState(target, homes, places) };
      } catch (error) {
        if (!(error instanceof OtError)) throw error;
        return { agent: target.agent, present, hooks: 'unreadable' as const };
      }
    }),
  );
}

/** When the newest log of a hooked agent grew, if that is after the last drain and after hooks were there. */
async function missedSince(
  { logsOf, places, platform }: HealthOptions,
  agents: readonly AgentHealth[],
  drained: string | null,
): Promise<number | null> {
  const setUp = (await mtime(join(hooksDir(places), 'program'))) ?? Number.POSITIVE_INFINITY;
  const heard = Math.max(setUp, drained === null ? 0 : Date.parse(drained));
  const hooked = agents.filter(({ hooks }) => hooks === 'hooked');
  const folders = (await Promise.all(hooked.map(({ agent }) => logsOf(agent)))).flat();
  const grown = Math.max(0, ...(await Promise.all(folders.map(newestLog))));
  return grown > heard + GRACE_MS && grown < platform.now().getTime() - GRACE_MS ? grown : null;
}

async function newestLog(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const logs = names.filter((name) => name.endsWith('.jsonl')).slice(0, MOST_LOGS);
  const times = await Promise.all(logs.map((name) => mtime(join(folder, name))));
  return times.reduce<number>((newest, time) => Math.max(newest, time ?? 0), 0);
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
