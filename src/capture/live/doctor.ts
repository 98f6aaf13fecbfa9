/** What is wrong with an installation, each with the command that mends it. */
import { access, constants, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureHealth } from './health.ts';
import { readOptional } from './setup/change.ts';
import { hooksDir, isShipped, type Places } from './setup/places.ts';
import { shippedText } from './setup/shipped.ts';

/** Less space than this, in bytes, is a full disk to everything here. */
const LEAST_SPACE = 1024 * 1024;

export interface DoctorFinding {
  /** Stable; never reused. */
  readonly code: string;
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
    ...(await spaceFindings(places)),
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

function made(code: string, path: string, message: string, fix: string): DoctorFinding {
  return { code, path, message, fix };
}

function captureFindings({ capture, since, reason }: CaptureHealth, { home }: Places): DoctorFinding[] {
  const when = since === null ? '' : ` since ${since}`;
  if (capture === 'on') return [];
  const fix = {
    off: 'git ot setup claude-code (or another agent)',
    paused: 'git ot resume',
    failing: 'git ot capture drain',
    missed: 'git ot capture --all',
  }[capture];
  return [made(`capture_${capture}`, home, `sessions are not captured${when}: ${reason}`, fix)];
}

function agentFindings({ agents }: CaptureHealth): DoctorFinding[] {
  return agents.flatMap(({ agent, hooks }) => {
    if (hooks === 'other')
      return [
        made('hooks_outdated', agent, 'its hooks are not those of this git-ot', `git ot setup ${agent}`),
      ];
    if (hooks !== 'unreadable') return [];
    return [
      made('settings_unreadable', agent, 'its settings cannot be used', `git ot setup ${agent} --dry-run`),
    ];
  });
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

/** Whether hooks can write at all. Nothing is tried: a look changes nothing. */
async function spaceFindings({ home }: Places): Promise<DoctorFinding[]> {
  const there = await firstThere([join(home, 'spool'), home]);
  if (there === null) return [];
  if (!(await can(there, constants.W_OK))) {
    const message = 'hooks cannot write here, so sessions are not captured';
    return [made('spool_unwritable', there, message, `make ${there} writable for its owner`)];
  }
  const { bavail, bsize } = await statfs(there);
  if (bavail * bsize >= LEAST_SPACE) return [];
  return [
    made('disk_full', there, 'the disk takes next to nothing more', 'make room, then git ot capture --all'),
  ];
}

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await can(path, constants.F_OK)) return path;
  return null;
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
