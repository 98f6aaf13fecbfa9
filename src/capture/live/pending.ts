/**
 * `$OT_HOME/spool/<kind>`: what a drain saw of a session that its trace does not have yet. The files change, and most
 * agents write their log with the first prompt only; what was seen waits here for its capture.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import type { Platform } from '../../base/platform.ts';
import type { Visit } from './fold.ts';
import { makeSpool, spoolDir } from './spool.ts';

/** Sessions that never get a log are forgotten after this time. */
const KEPT_MS = 30 * 24 * 3_600_000;

export type PendingSession = Pick<Visit, 'agent' | 'transcript' | 'sessionId'>;

/** One kind of things that wait, one for each session. */
export class Pending<T> {
  readonly #home: string;
  readonly #kind: string;
  readonly #folder: string;
  readonly #schema: z.ZodMiniType<T>;

  constructor(home: string, kind: 'starts' | 'turns', schema: z.ZodMiniType<T>) {
    this.#home = home;
    this.#kind = kind;
    this.#folder = join(spoolDir(home), kind);
    this.#schema = schema;
  }

  /** Null when nothing waits, or nothing that can be read. */
  async read(session: PendingSession): Promise<T | null> {
    try {
      const parsed = this.#schema.safeParse(JSON.parse(await readFile(this.#pathOf(session), 'utf8')));
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  }

  /** Takes the place of what waited. A disk that takes no more is no reason to fail: the capture matters more. */
  async write(platform: Platform, session: PendingSession, value: T): Promise<void> {
    const path = this.#pathOf(session);
    const draft = `${path}.${platform.pid}.${platform.randomHex(4)}`;
    try {
      if (!makeSpool(this.#home, this.#kind)) return;
      await this.#dropOld(platform.now().getTime() - KEPT_MS);
      await writeFile(draft, `${JSON.stringify(value)}\n`, { mode: 0o600 });
      await rename(draft, path);
    } catch {
      await rm(draft, { force: true }).catch(() => {});
    }
  }

  async drop(session: PendingSession): Promise<void> {
    await rm(this.#pathOf(session), { force: true });
  }

  async #dropOld(before: number): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      if ((await stat(path)).mtimeMs < before) await rm(path, { force: true });
    }
  }

  /** Ids and paths are data: the name is a digest of them. Not every note of a session that names its log names its id. */
  #pathOf({ agent, transcript, sessionId }: PendingSession): string {
    const key = createHash('sha256').update(`${agent}\0${transcript ?? `\0${sessionId ?? ''}`}`);
    return join(this.#folder, `${key.digest('hex').slice(0, 32)}.json`);
  }
}
