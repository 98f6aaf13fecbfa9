/** Sessions of six agents where each keeps its own, made from the fixtures. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSqlite } from '../../src/base/sqlite.ts';
import { writeDatabase } from '../capture/opencode/stores.ts';
import { ROOT } from './cli.ts';

/** Folder that the sessions of the fixtures ran in. */
const FIXTURE_CWD = '/home/dev/acme';
const CLAUDE_ID = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';

interface Kept {
  readonly fixture: string;
  /** Below the home folder; `cwd` is that of the session. */
  readonly place: (cwd: string) => string;
}

const LOGS: ReadonlyMap<string, Kept> = new Map<string, Kept>([
  [
    'claude-code',
    {
      fixture: 'claude-code/basic/input.jsonl',
      place: (cwd) => `.claude/projects/${cwd.replace(/[^A-Za-z0-9]/g, '-')}/${CLAUDE_ID}.jsonl`,
    },
  ],
  [
    'codex-cli',
    {
      fixture: 'codex-cli/wrapped/input.jsonl',
      place: () => '.codex/sessions/2026/02/03/rollout-2026-02-03T09-12-19-0198f3a1.jsonl',
    },
  ],
  ['pi', { fixture: 'pi/tree-v3/input.jsonl', place: () => '.pi/agent/sessions/--w--/2026-02-03_x.jsonl' }],
  [
    'gemini-cli',
    {
      fixture: 'gemini-cli/document/input.json',
      place: (cwd) => `.gemini/tmp/${sha256(cwd)}/chats/session-2026-02-03T09-12-a1b2c3d4.json`,
    },
  ],
  [
    'copilot-cli',
    {
      fixture: 'copilot-cli/basic/input.jsonl',
      place: () => '.copilot/session-state/4f0c3b2a-19e8-4d7c-86b5-a4b3c2d1e0f9/events.jsonl',
    },
  ],
  ['opencode', { fixture: 'opencode/rows/input.jsonl', place: () => '.local/share/opencode/opencode.db' }],
]);

export const AGENTS: readonly string[] = [...LOGS.keys()];

/** Puts a session of `agent`, as run in `cwd`, below the home folder; gives the path of its log. */
export async function placeLog(home: string, agent: string, cwd = FIXTURE_CWD): Promise<string> {
  const { fixture, place } = LOGS.get(agent)!;
  const path = join(home, place(cwd));
  const text = readFileSync(join(ROOT, 'fixtures', 'sessions', fixture), 'utf8');
  const moved = text
    .replaceAll(FIXTURE_CWD, JSON.stringify(cwd).slice(1, -1))
    .replace(/("projectHash":\s*)"[^"]*"/, `$1"${sha256(cwd)}"`);
  mkdirSync(dirname(path), { recursive: true });
  if (path.endsWith('.db')) renameSync(await writeDatabase(Buffer.from(moved)), path);
  else writeFileSync(path, moved);
  return path;
}

/** Tells the database that its sessions changed at this time, in milliseconds since 1970. */
export async function touchDatabase(path: string, time: number): Promise<void> {
  const database = await openSqlite(path);
  database.prepare('UPDATE session SET time_updated = ?').run(time);
  database.close();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
