/** What is wrong with an installation, each with the command that mends it. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentHealth, CaptureHealth } from './health.ts';
import { agentTarget } from './setup/agents.ts';
import { readOptional } from './setup/change.ts';
import { hooksDir, isShipped, type Places } from './setup/places.ts';
import { shippedText } from './setup/shipped.ts';

export interface DoctorFinding {
  /** Stable; never reused. */
  readonly code: string;
  /** A `note` is worth knowing, and nothing is wrong. */
  readonly level: 'problem' | 'note';
  /** File, folder or agent. */
  readonly path: string;
  readonly message: string;
  /** What mends it: a command, or one line. */
  readonly fix: string;
}

/** Findings of hooks, scripts and spool; empty when all is well. */
export async function diagnose(health: CaptureHealth, places: Places): Promise<DoctorFinding[]> {
  return [
    ...captureFindings(health, places),
    ...agentFindings(health),
    ...(await scriptFindings(places)),
    ...(await programFindings(places)),
    ...roomFindings(health),
    ...health.spool.set_aside.map(({ name, reason }) =>
      made(
        'note_set_aside',
        join(places.home, 'spool', 'aside', name),
        `a hook's note was not used: ${reason}`,
        asideFix(reason),
      ),
    ),
  ];
}

/** A finding to mend. */
export function made(code: string, path: string, message: string, fix: string): DoctorFinding {
  return { code, level: 'problem', path, message, fix };
}

/** A finding to know of. */
export function noted(code: string, path: string, message: string, fix: string): DoctorFinding {
  return { code, level: 'note', path, message, fix };
}

function captureFindings(health: CaptureHealth, { home }: Places): DoctorFinding[] {
  const { capture, since, reason, agents, no_room } = health;
  // Missed sessions are told agent by agent, and a place that takes no notes by its path.
  if (capture === 'on' || capture === 'missed') return [];
  if (capture === 'failing' && since === null && no_room !== null) return [];
  const when = since === null ? '' : ` since ${since}`;
  const there = agents.find(({ present }) => present)?.agent ?? 'claude-code';
  const fix = {
    off: `git ot setup ${there}`,
    paused: 'git ot resume',
    failing: 'git ot capture drain',
  }[capture];
  return [made(`capture_${capture}`, home, `sessions are not captured${when}: ${reason}`, fix)];
}

function agentFindings({ capture, agents }: CaptureHealth): DoctorFinding[] {
  return agents.flatMap((agent) => [
    ...settingsFindings(agent),
    ...missedFindings(agent),
    ...(capture === 'off' ? [] : unusedFindings(agent)),
  ]);
}

function settingsFindings({ agent, hooks, lost }: AgentHealth): DoctorFinding[] {
  const setup = `git ot setup ${agent}`;
  if (lost) return [made('hooks_gone', agent, 'our hooks are no longer in its settings', setup)];
  if (hooks === 'other')
    return [made('hooks_outdated', agent, 'its hooks are not those of this git-ot', setup)];
  if (hooks !== 'unreadable') return [];
  return [made('settings_unreadable', agent, 'its settings cannot be used', `${setup} --dry-run`)];
}

function missedFindings({ agent, missed }: AgentHealth): DoctorFinding[] {
  if (missed === null) return [];
  const { sessions, since } = missed;
  const what = sessions === 1 ? '1 session' : `${sessions} sessions`;
  const { note } = agentTarget(agent);
  const why = note === undefined ? '' : `; ${note}`;
  const message = `no hook told of ${what} that grew, the first at ${since}${why}`;
  return [made('capture_missed', agent, message, 'git ot capture --all')];
}

function unusedFindings({ agent, present, hooks, lost, last_session }: AgentHealth): DoctorFinding[] {
  if (!present || hooks !== 'none' || lost || last_session === null) return [];
  const message = `its sessions are not captured; the last one is of ${last_session}`;
  return [noted('agent_not_set_up', agent, message, `git ot setup ${agent}`)];
}

/** Scripts that are of another version, or that somebody edited. */
async function scriptFindings(places: Places): Promise<DoctorFinding[]> {
  const found: DoctorFinding[] = [];
  for (const name of ['spool', 'pre-push']) {
    const path = join(hooksDir(places), name);
    const text = (await readOptional(path))?.toString('utf8');
    if (text === undefined || text === shippedText(places.shipped, name)) continue;
    const ours = isShipped(places, name, text);
    const message = ours
      ? 'the script is of another version of git-ot'
      : 'the script is not as git-ot wrote it';
    const fix = ours ? 'git ot setup claude-code' : `move ${path} away, then git ot setup claude-code`;
    found.push(made(ours ? 'script_outdated' : 'script_changed', path, message, fix));
  }
  return found;
}

/** Whether hooks can start the drain, and which of several installations they start. */
async function programFindings(places: Places): Promise<DoctorFinding[]> {
  const path = join(hooksDir(places), 'program');
  const text = (await readOptional(path))?.toString('utf8');
  if (text === undefined) return [];
  const [node = '', program = ''] = text.split('\n');
  if (!(await can(node, constants.X_OK)) || !(await can(program, constants.R_OK))) {
    return [made('program_missing', path, 'what hooks start is no longer there', 'git ot setup claude-code')];
  }
  if (program === places.program) return [];
  return [
    made('program_other', path, 'hooks start another installation of git-ot', 'git ot setup claude-code'),
  ];
}

function roomFindings({ no_room }: CaptureHealth): DoctorFinding[] {
  if (no_room === null) return [];
  const { why, path } = no_room;
  if (why === 'full')
    return [
      made('disk_full', path, 'the disk takes next to nothing more', 'make room, then git ot capture --all'),
    ];
  const message = 'hooks cannot write here, so sessions are not captured';
  return [made('spool_unwritable', path, message, `make ${path} a folder that its owner can write`)];
}

async function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function asideFix(reason: string): string {
  if (reason === 'newer_version') return 'upgrade git-ot, then git ot capture --all; then delete the note';
  if (reason === 'OT_SOURCE_MISSING')
    return 'git ot capture --all, if the log was moved; then delete the note';
  if (reason.startsWith('OT_NOT_A_SESSION'))
    return 'upgrade git-ot, then git ot capture --all; then delete the note';
  return 'git ot capture --all; then delete the note';
}
