/**
 * `$OT_HOME/spool/starts`: what was seen at the start of a session whose log is not there yet. Most agents write it with the
 * first prompt only; what was seen waits here for its capture.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../base/folders.ts';
import type { Platform } from '../../base/platform.ts';
import { ObservedStart } from '../../record/start.ts';
import type { Visit } from './fold.ts';
import { withStarts } from './observed-start.ts';
import { spoolDir } from './spool.ts';

/** Sessions that never get a log are forgotten after this time. */
const KEPT_MS = 30 * 24 * 3_600_000;

type Session = Pick<Visit, 'agent' | 'transcript' | 'sessionId'>;

/** What waits for a session; null when nothing does, or nothing that can be read. */
export async function pendingStart(home: string, session: Session): Promise<ObservedStart | null> {
  try {
    const parsed = ObservedStart.safeParse(JSON.parse(await readFile(pathOf(home, session), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Adds a start. A disk that takes no more is no reason to fail: the capture matters more. */
export async function keepStart(
  home: string,
  platform: Platform,
  session: Session,
  start: ObservedStart,
): Promise<void> {
  const next = withStarts(await pendingStart(home, session), start);
  if (next === null) return;
  const path = pathOf(home, session);
  const draft = `${path}.${platform.pid}.${platform.randomHex(4)}`;
  try {
    makeFolders(startsDir(home), 0o700);
    await dropOld(startsDir(home), platform.now().getTime() - KEPT_MS);
    await writeFile(draft, `${JSON.stringify(next)}\n`, { mode: 0o600 });
    await rename(draft, path);
  } catch {
    return;
  }
}

export async function dropStart(home: string, session: Session): Promise<void> {
  await rm(pathOf(home, session), { force: true });
}

function startsDir(home: string): string {
  return join(spoolDir(home), 'starts');
}

async function dropOld(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs < before) await rm(path, { force: true });
  }
}

/** Ids and paths are data: the name is a digest of them. Not every note of a session that names its log names its id. */
function pathOf(home: string, { agent, transcript, sessionId }: Session): string {
  const key = createHash('sha256').update(`${agent}\0${transcript ?? `\0${sessionId ?? ''}`}`);
  return join(startsDir(home), `${key.digest('hex').slice(0, 32)}.json`);
}
