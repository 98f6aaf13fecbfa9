/** The logs of an agent's sessions on this machine, and when each last grew: what `status` holds against what was heard. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { AgentLog } from '../capture/live/missed.ts';
import type { SessionStore } from '../capture/session-store.ts';
import { agentPlaces } from './agent-folders.ts';
import type { App } from './app.ts';

/**
 * Names of logs by agent. Logs of sub-agents in a folder of their session are left out, since they are captured with it;
 * so are packed ones, which grow no more. Those that older versions put beside it are told by no hook.
 */
const LOGS: ReadonlyMap<string, RegExp> = new Map([
  ['claude-code', /\.jsonl$/],
  ['codex-cli', /^rollout-.*\.jsonl$/],
  ['pi', /\.jsonl$/],
  ['gemini-cli', /^session-.*\.jsonl?$/],
  ['copilot-cli', /^events\.jsonl$/],
]);
/** Logs that are looked at per folder. */
const MOST_LOGS = 20_000;

/** Empty for an agent that is not used here. What cannot be read has no logs: capture says why. */
export async function agentLogs(app: App, agent: string): Promise<AgentLog[]> {
  const found = await Promise.all(agentPlaces(app, agent).map((place) => logsAt(agent, place)));
  return found.flat();
}

async function logsAt(agent: string, place: string): Promise<AgentLog[]> {
  const name = LOGS.get(agent);
  if (name === undefined) return storeAt(place);
  const names = await readdir(place, { recursive: true }).catch((): string[] => []);
  const logs = names.filter((each) => name.test(basename(each)) && !each.includes('subagents'));
  const found = await Promise.all(logs.slice(0, MOST_LOGS).map((each) => logOf(join(place, each))));
  return found.flat();
}

async function logOf(path: string): Promise<AgentLog[]> {
  return stat(path).then(
    (stats) => (stats.isFile() ? [{ path, changed: stats.mtimeMs }] : []),
    () => [],
  );
}

async function storeAt(path: string): Promise<AgentLog[]> {
  if ((await logOf(path)).length === 0 && basename(path) !== 'storage') return [];
  try {
    const changed = await (await storeOf(path)).lastChange(path);
    return changed === null ? [] : [{ path, changed }];
  } catch (error) {
    if (error instanceof OtError) return [];
    throw error;
  }
}

/** Loaded only where OpenCode is used. */
async function storeOf(path: string): Promise<SessionStore> {
  if (basename(path) === 'storage')
    return (await import('../capture/opencode/storage-tree.ts')).opencodeStorage;
  return (await import('../capture/opencode/database.ts')).opencodeDatabase;
}
