/** Where agents keep the sessions of this machine: what `capture --all` looks at. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import type { App } from './app.ts';

interface AgentFolder {
  readonly agent: string;
  /** Folder for a given home folder of the user and a look at the environment. */
  readonly folder: (app: App) => string;
}

const FOLDERS: readonly AgentFolder[] = [
  {
    agent: 'claude-code',
    folder: ({ userHome, setting }) =>
      join(setting('CLAUDE_CONFIG_DIR') ?? join(userHome, '.claude'), 'projects'),
  },
];

/** Folders of agents that exist here. Throws `OT_NO_SESSIONS` (exit 2) when there is none. */
export async function agentFolders(app: App): Promise<string[]> {
  const found: string[] = [];
  for (const { folder } of FOLDERS) {
    const path = folder(app);
    if (await isFolder(path)) found.push(path);
  }
  if (found.length > 0) return found;
  throw new OtError('OT_NO_SESSIONS', 'usage', 'no folder of agent sessions was found on this machine', {
    hint: 'name the files or folders to capture: git ot capture PATH',
  });
}

/**
 * Log of a session of an agent whose hooks name no path; null when it cannot be told. A session id is data: one
 * that is no plain name has no log.
 */
export function sessionLog({ userHome }: App, agent: string, sessionId: string): string | null {
  if (agent !== 'copilot-cli' || !/^[\w-]+$/.test(sessionId)) return null;
  return join(userHome, '.copilot', 'session-state', sessionId, 'events.jsonl');
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
