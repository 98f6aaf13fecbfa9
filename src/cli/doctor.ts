/** The examination behind `git ot doctor`. */
import { OtError } from '../base/errors.ts';
import { type DoctorFinding, diagnose, made } from '../capture/live/doctor.ts';
import { diagnoseRepositories } from '../capture/live/repository-doctor.ts';
import { assertGitVersion, gitVersion } from '../git/spawn.ts';
import type { App } from './app.ts';
import { VERSION } from './build-info.ts';
import { bucketFindings } from './doctor-bucket.ts';
import { installPlaces } from './install-places.ts';
import { liveHealth } from './live.ts';
import { bucketPolicy } from './policy.ts';

export interface Examination {
  readonly versions: { readonly git_ot: string; readonly git: string | null; readonly node: string };
  readonly findings: readonly DoctorFinding[];
}

const OLDEST_NODE = 20;

/** Changes nothing, and asks remotes only with `remotes`. What cannot be looked at is a finding: the rest is still told. */
export async function examine(app: App, options: { readonly remotes: boolean }): Promise<Examination> {
  const git = await gitVersion(app.git).catch(() => null);
  const findings = [...nodeFindings(), ...(await orFinding('git', () => gitFindings(app)))];
  findings.push(...(await diagnose(await liveHealth(app), installPlaces(app))));
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
    return [made(code, path, error.message, error.hint ?? 'git ot bucket verify')];
  }
}
