/** Where agents keep the sessions of this machine: what `capture --all` looks at. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { App } from './app.ts';

interface AgentPlaces {
  readonly agent: string;
  /** Folders and files for a given home folder of the user and a look at the environment. */
  readonly places: (app: App) => readonly string[];
}

const AGENTS: readonly AgentPlaces[] = [
  {
    agent: 'claude-code',
    places: ({ userHome, setting }) => [
      join(setting('CLAUDE_CONFIG_DIR') ?? join(userHome, '.claude'), 'projects'),
    ],
  },
  {
    agent: 'codex-cli',
    places: ({ userHome, setting }) => {
      const home = setting('CODEX_HOME') ?? join(userHome, '.codex');
      return [join(home, 'sessions'), join(home, 'archived_sessions')];
    },
  },
  {
    agent: 'pi',
    places: ({ userHome, setting }) => [
      join(setting('PI_CODING_AGENT_DIR') ?? join(userHome, '.pi', 'agent'), 'sessions'),
    ],
  },
  {
    agent: 'gemini-cli',
    places: ({ userHome }) => [join(userHome, '.gemini', 'tmp')],
  },
  {
    // Not the whole folder: snapshots of work trees lie beside the sessions.
    agent: 'opencode',
    places: (app) => ['opencode.db', 'storage'].map((name) => join(opencodeData(app), name)),
  },
  {
    agent: 'copilot-cli',
    places: ({ userHome }) => [join(userHome, '.copilot', 'session-state')],
  },
];

/** Places where an agent would keep its sessions, there or not. */
export function agentPlaces(app: App, agent: string): readonly string[] {
  return AGENTS.find((each) => each.agent === agent)?.places(app) ?? [];
}

/** Folder in which an agent keeps what is the person's: settings, instructions, memory. */
export function agentHome({ userHome, setting }: App, agent: string): string | null {
  const config = setting('XDG_CONFIG_HOME') ?? join(userHome, '.config');
  const folders: ReadonlyMap<string, string> = new Map([
    ['claude-code', setting('CLAUDE_CONFIG_DIR') ?? join(userHome, '.claude')],
    ['codex-cli', setting('CODEX_HOME') ?? join(userHome, '.codex')],
    ['pi', setting('PI_CODING_AGENT_DIR') ?? join(userHome, '.pi', 'agent')],
    ['gemini-cli', join(userHome, '.gemini')],
    ['opencode', join(config, 'opencode')],
    ['copilot-cli', join(userHome, '.copilot')],
  ]);
  return folders.get(agent) ?? null;
}

/**
 * Places of agents that exist here, of all agents or of one. Throws `OT_NO_SESSIONS` (exit 2) when there is
 * none.
 */
export async function agentFolders(app: App, agent?: string): Promise<string[]> {
  const found: string[] = [];
  for (const { places } of AGENTS.filter((each) => agent === undefined || each.agent === agent)) {
    for (const path of places(app)) if (await exists(path)) found.push(path);
  }
  if (found.length > 0) return found;
  throw new OtError('OT_NO_SESSIONS', 'usage', 'no folder of agent sessions was found on this machine', {
    hint: 'name the files or folders to capture: git ot capture PATH',
  });
}

/**
 * Log of a session of an agent whose hooks name no path, or the database that holds it; null when it cannot be
 * told. A session id is data: one that is no plain name has no log.
 */
export function sessionLog(app: App, agent: string, sessionId: string): string | null {
  if (!/^[\w-]+$/.test(sessionId)) return null;
  if (agent === 'opencode') return join(opencodeData(app), 'opencode.db');
  if (agent !== 'copilot-cli') return null;
  return join(app.userHome, '.copilot', 'session-state', sessionId, 'events.jsonl');
}

function opencodeData({ userHome, setting }: App): string {
  return join(setting('XDG_DATA_HOME') ?? join(userHome, '.local', 'share'), 'opencode');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
