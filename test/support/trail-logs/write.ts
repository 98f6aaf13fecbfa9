/** Sessions as six agents log them, made of what their calls did to files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoggedSession, sessionId, type Writer } from './call.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex-cli.ts';
import { copilot } from './copilot-cli.ts';
import { gemini } from './gemini-cli.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';

const WRITERS: ReadonlyMap<string, Writer> = new Map([
  ['claude-code', claudeCode],
  ['codex-cli', codex],
  ['gemini-cli', gemini],
  ['opencode', opencode],
  ['pi', pi],
  ['copilot-cli', copilot],
]);

/** Writes the log of a session into a folder; gives the id that the agent would give the session. */
export function writeLog(folder: string, session: LoggedSession): string {
  const writer = WRITERS.get(session.agent);
  if (writer === undefined) throw new Error(`no log of ${session.agent}`);
  const id = sessionId(session.name);
  const { file, entries, id: own = id } = writer(session, id);
  mkdirSync(folder, { recursive: true });
  const text = Array.isArray(entries)
    ? entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    : JSON.stringify(entries, null, 2);
  writeFileSync(join(folder, file), text);
  return own;
}
