/** The examination behind `git ot doctor`. */
import { OtError } from '../base/errors.ts';
import { type DoctorFinding, diagnose, made, noted } from '../capture/live/doctor.ts';
import type { CaptureHealth } from '../capture/live/health.ts';
import { diagnoseRepositories } from '../capture/live/repository-doctor.ts';
import { readRepositories } from '../capture/live/setup/repository.ts';
import { assertGitVersion, gitVersion } from '../git/spawn.ts';
import type { App } from './app.ts';
import { VERSION } from './build-info.ts';
import { bucketFindings } from './doctor-bucket.ts';
import { installPlaces } from './install-places.ts';
import { filesHealth, longLock, missingScript } from './live.ts';
import { bucketPolicy } from './policy.ts';
import { count } from './views/page.ts';

export interface Examination {
  readonly versions: { readonly git_ot: string; readonly git: string | null; readonly node: string };
  readonly findings: readonly DoctorFinding[];
}

const OLDEST_NODE = 20;
/** A bucket that is locked this long, in milliseconds, makes writers give up. */
const LOCKED_MS = 60_000;

/** Changes nothing, and asks remotes only with `remotes`. What cannot be looked at is a finding: the rest is still told. */
export async function examine(app: App, options: { readonly remotes: boolean }): Promise<Examination> {
  const git = await gitVersion(app.git).catch(() => null);
  const findings = [...nodeFindings(), ...(await orFinding('git', () => gitFindings(app)))];
  const health = await filesHealth(app);
  findings.push(...(await diagnose(health, installPlaces(app))));
  findings.push(...(await scriptFindings(app, health)));
  findings.push(...(await orFinding(app.home, () => lockFindings(app, health.spool.waiting))));
  if (git !== null) {
    findings.push(...(await orFinding(app.home, () => bucketFindings(app, options))));
    findings.push(...(await orFinding('policy', () => policyFindings(app))));
    findings.push(...(await diagnoseRepositories(app.git, installPlaces(app))));
  }
  const versions = { git_ot: VERSION, git: git?.join('.') ?? null, node: process.versions.node };
  return { versions, findings: inOrder(findings) };
}

/** Problems first. */
function inOrder(findings: readonly DoctorFinding[]): DoctorFinding[] {
  const isProblem = ({ level }: DoctorFinding): boolean => level === 'problem';
  return [...findings.filter(isProblem), ...findings.filter((finding) => !isProblem(finding))];
}

function nodeFindings(): DoctorFinding[] {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return [];
  const message = `node ${process.versions.node} is too old`;
  return [made('node_too_old', process.execPath, message, `install node ${OLDEST_NODE} or newer`)];
}

/** Hooks do nothing without it, and say nothing. */
async function scriptFindings(app: App, { agents }: CaptureHealth): Promise<DoctorFinding[]> {
  const path = missingScript(app);
  const hooked = agents.find(({ hooks }) => hooks === 'hooked' || hooks === 'other')?.agent;
  const isCalled = hooked !== undefined || (await readRepositories(installPlaces(app))).length > 0;
  if (path === null || !isCalled) return [];
  const fix = `git ot setup ${hooked ?? 'git'}`;
  return [made('script_missing', path, 'hooks call it, and it is gone: sessions are not captured', fix)];
}

/** Whoever writes for long is worth knowing of; a minute, or notes that wait, are more than that. */
async function lockFindings(app: App, waiting: number): Promise<DoctorFinding[]> {
  const lock = await longLock(app);
  if (lock === null) return [];
  const waits = waiting === 0 ? '' : `; waiting for it: ${count(waiting, 'note')} of hooks`;
  const isLong = app.platform.now().getTime() - Date.parse(lock.since) >= LOCKED_MS;
  const tell = waiting > 0 || isLong ? made : noted;
  return [tell('bucket_locked', app.home, `${lock.message}, since ${lock.since}${waits}`, lock.hint)];
}

/** Throws what is wrong with it. */
async function gitFindings({ git }: App): Promise<DoctorFinding[]> {
  await assertGitVersion(git);
  return [];
}

/** Throws what is wrong with it. */
async function policyFindings(app: App): Promise<DoctorFinding[]> {
  await bucketPolicy(app);
  return [];
}

/** What a look gives, or its failure as a finding. */
async function orFinding(
  path: string,
  look: () => Promise<readonly DoctorFinding[]>,
): Promise<readonly DoctorFinding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    const code = error.code.slice('OT_'.length).toLowerCase();
    // What sends people here is of no use here.
    const hint = error.hint?.includes('git ot doctor') ? 'mend what git itself says' : error.hint;
    return [made(code, path, error.message, hint ?? 'git ot bucket verify')];
  }
}
