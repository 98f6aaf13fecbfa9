/** Enrols the repository around the current folder, or leaves it out. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import { captureSessions } from '../capture/capture.ts';
import { AGENT_TARGETS, agentTarget, planAgent } from '../capture/live/setup/agents.ts';
import { actionOf, applyChanges, type FileChange, readOptional } from '../capture/live/setup/change.ts';
import {
  leftAlone,
  noteRepository,
  planRepository,
  repositoryHooks,
} from '../capture/live/setup/repository.ts';
import { MARKER_FILE } from '../capture/live/tracking.ts';
import { ranWithin } from '../capture/whereabouts.ts';
import { describeCodeRepository, workTrees } from '../git/code-repository.ts';
import { agentPlaces } from './agent-folders.ts';
import type { App } from './app.ts';
import { agentHomes, installPlaces } from './install-places.ts';
import { liveHealth } from './live.ts';
import { takenSessions } from './selection.ts';
import type { InitReport } from './views/init.ts';
import { withBucket } from './with-bucket.ts';
import { writeSetting } from './written-settings.ts';

export interface InitOptions {
  /** Agents to set up; empty for all that are there. */
  readonly agents: readonly string[];
  readonly importExisting: boolean;
  readonly exclude: boolean;
  readonly shared: boolean;
}

/** Everything is planned before anything is written. Throws `OT_NOT_A_REPOSITORY` (exit 2) outside of one. */
export async function enrol(app: App, options: InitOptions): Promise<InitReport> {
  const places = installPlaces(app);
  const hooks = await repositoryHooks(app.git, app.cwd);
  const chosen = options.exclude ? [] : await chosenAgents(app, options.agents);
  const { agents, changes, notes } = await planAgents(app, chosen, options.agents.length > 0);
  const git = options.exclude
    ? { changes: [], left: [] }
    : await planRepository(app.git, hooks, places, false);
  // Git hooks that cannot be chained are no reason not to enrol: agents' hooks do the capturing.
  const note = git.left.length === 0 ? null : leftAlone(git.left);
  changes.push(...git.changes);
  if (options.shared) changes.push(await planMarker(hooks.top, options.exclude));
  await applyChanges(withoutRepeats(changes), app.platform, app.home);
  if (git.changes.length > 0) await noteRepository(places, app.platform, hooks, true);
  const enabled = { name: 'opentraces.enabled', value: String(!options.exclude), bool: true };
  await writeSetting(app, hooks.top, 'local', enabled);
  return {
    repository: hooks.top,
    enabled: !options.exclude,
    agents,
    agent_notes: notes,
    changes: withoutRepeats(changes).map((change) => ({ path: change.path, action: actionOf(change) })),
    imported: options.importExisting ? await importExisting(app, hooks.top, named(options.agents)) : null,
    note: note === null ? null : { code: note.code, message: note.message, hint: note.hint ?? null },
  };
}

interface AgentsPlan {
  readonly agents: readonly string[];
  readonly changes: FileChange[];
  /** What a person has to do besides, and why agents were left alone. */
  readonly notes: readonly string[];
}

/** Settings of one agent that cannot be used keep no other from being set up, unless that one was named. */
async function planAgents(app: App, chosen: readonly string[], wereNamed: boolean): Promise<AgentsPlan> {
  const agents: string[] = [];
  const changes: FileChange[] = [];
  const notes: string[] = [];
  for (const agent of chosen) {
    const target = agentTarget(agent);
    try {
      changes.push(...(await planAgent(target, agentHomes(app), installPlaces(app), false)));
      agents.push(agent);
      if (target.note !== undefined) notes.push(target.note);
    } catch (error) {
      if (!(error instanceof OtError) || wereNamed) throw error;
      notes.push(`${agent} was left alone: ${error.message}; then: git ot setup ${agent}`);
    }
  }
  return { agents, changes, notes };
}

/** Those that were named, or all. */
function named(agents: readonly string[]): readonly string[] {
  return agents.length > 0 ? [...new Set(agents)] : AGENT_TARGETS.map(({ agent }) => agent);
}

/** Those that were named, or all whose folder is there. */
async function chosenAgents(app: App, named: readonly string[]): Promise<string[]> {
  if (named.length > 0) return [...new Set(named)];
  const { agents } = await liveHealth(app);
  return agents.filter(({ present }) => present).map(({ agent }) => agent);
}

/** Keys that are there stay. Throws `OT_SETTINGS_INVALID` (exit 3) on a marker that is no JSON object. */
async function planMarker(top: string, excluded: boolean): Promise<FileChange> {
  const path = join(top, MARKER_FILE);
  const before = await readOptional(path);
  const marker = new Map<string, unknown>([['version', 1]]);
  for (const [key, value] of Object.entries(decodeMarker(path, before))) marker.set(key, value);
  if (excluded) marker.set('excluded', true);
  else marker.delete('excluded');
  const after = Buffer.from(`${JSON.stringify(Object.fromEntries(marker), null, 2)}\n`);
  return { path, before, after, mode: 0o644 };
}

function decodeMarker(path: string, bytes: Buffer | null): object {
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8') ?? '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, like any other content that is no object.
  }
  throw new OtError('OT_SETTINGS_INVALID', 'refused', `${path} is no JSON object`, {
    hint: 'mend it or delete it, then run the command again',
  });
}

/** The scripts are part of every plan; the first one puts them there. */
function withoutRepeats(changes: readonly FileChange[]): FileChange[] {
  return [...new Map(changes.map((change) => [change.path, change])).values()];
}

/** Sessions that these agents had in any work tree of the repository. */
async function importExisting(
  app: App,
  top: string,
  agents: readonly string[],
): Promise<{ captured: number; failed: number }> {
  const paths = agents.flatMap((agent) => agentPlaces(app, agent)).filter((path) => existsSync(path));
  if (paths.length === 0) return { captured: 0, failed: 0 };
  const within = ranWithin([top, ...(await workTrees(app.git, top))]);
  const { totals } = await withBucket(app, { create: true }, ({ bucket }) =>
    captureSessions({
      bucket,
      paths,
      selection: { ...takenSessions(app), within },
      fallbackFolder: top,
      describeRepository: (path) => describeCodeRepository(app.git, path),
    }),
  );
  const captured = totals.captured + totals.grown + totals.new_source + totals.mended + totals.unchanged;
  return { captured, failed: totals.error };
}
