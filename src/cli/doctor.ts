/** The examination behind `git ot doctor`. */
import { OtError } from '../base/errors.ts';
import { type DoctorFinding, diagnose } from '../capture/live/doctor.ts';
import { diagnoseRepositories } from '../capture/live/repository-doctor.ts';
import { assertGitVersion, gitVersion } from '../git/spawn.ts';
import type { App } from './app.ts';
import { VERSION } from './build-info.ts';
import { installPlaces } from './install-places.ts';
import { bucketSummary, liveHealth } from './live.ts';
import { bucketPolicy } from './policy.ts';

export interface Examination {
  readonly versions: { readonly git_ot: string; readonly git: string | null; readonly node: string };
  readonly findings: readonly DoctorFinding[];
}

const OLDEST_NODE = 20;

/** Changes nothing. What cannot be looked at is a finding, so that the rest is still told. */
export async function examine(app: App): Promise<Examination> {
  const git = await gitVersion(app.git).catch(() => null);
  const findings = [...nodeFindings(), ...(await orFinding('git', () => assertGitVersion(app.git)))];
  findings.push(...(await diagnose(await liveHealth(app), installPlaces(app))));
  if (git !== null) {
    findings.push(...(await orFinding(app.home, () => bucketSummary(app))));
    findings.push(...(await orFinding('policy', () => bucketPolicy(app))));
    findings.push(...(await diagnoseRepositories(app.git, installPlaces(app))));
  }
  const versions = { git_ot: VERSION, git: git?.join('.') ?? null, node: process.versions.node };
  return { versions, findings };
}

function nodeFindings(): DoctorFinding[] {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return [];
  const message = `node ${process.versions.node} is too old`;
  return [
    { code: 'node_too_old', path: process.execPath, message, fix: `install node ${OLDEST_NODE} or newer` },
  ];
}

async function orFinding(path: string, look: () => Promise<unknown>): Promise<DoctorFinding[]> {
  try {
    await look();
    return [];
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    const code = error.code.slice('OT_'.length).toLowerCase();
    return [{ code, path, message: error.message, fix: error.hint ?? 'git ot bucket verify' }];
  }
}
