/** What `trail log`, `trail stats` and their like share: which part of the trail is meant, decoded. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AGENTS } from '../record/agents.ts';
import type { TrailRepository } from '../trail/repository.ts';
import type { TrailSelection } from '../trail/selection.ts';
import type { App } from './app.ts';
import { oneOf, pointInTime } from './decode.ts';
import { pathBelow } from './file-target.ts';

export interface TypedSelection {
  readonly since?: string | undefined;
  readonly path?: string | undefined;
  readonly agent?: string | undefined;
}

/** Throws `OT_BAD_VALUE` (exit 2). */
export async function trailSelection(
  app: App,
  repository: TrailRepository,
  { since, path, agent }: TypedSelection,
): Promise<TrailSelection> {
  return {
    ...(since === undefined ? {} : { since: Date.parse(pointInTime('--since', since, app.platform.now())) }),
    ...(path === undefined || (await isTop(app, repository, path))
      ? {}
      : { path: await pathBelow(app.cwd, repository, path) }),
    ...(agent === undefined ? {} : { agent: oneOf('--agent', agent, AGENTS) }),
  };
}

/** The whole repository. */
async function isTop({ cwd }: App, { roots }: TrailRepository, path: string): Promise<boolean> {
  const whole = resolve(cwd, path);
  return roots.includes(whole) || roots.includes(await realpath(whole).catch(() => whole));
}
