/** Text views of `status` and `doctor`. */
import type { DoctorFinding } from '../../capture/live/doctor.ts';
import type { CaptureHealth } from '../../capture/live/health.ts';
import type { BucketSummary, FolderStatus } from '../live.ts';
import { count, fields, oneLine, type Page, paint, printable } from './page.ts';

export interface StatusData extends CaptureHealth {
  readonly folder: FolderStatus;
  readonly bucket: BucketSummary | null;
  /** Native ids of sessions with a do-not-save mark. */
  readonly left_out: readonly string[];
}

export function statusView(page: Page, status: StatusData): string {
  const { agents, spool, folder, bucket, drained_at, left_out } = status;
  const hooked = agents.filter(({ hooks }) => hooks === 'hooked').map(({ agent }) => agent);
  const pairs: Array<readonly [string, string]> = [
    ['capture', captureText(page, status)],
    ['agents', hooked.length === 0 ? 'none' : hooked.join(', ')],
    ...notSetUp(agents),
    ...toMend(agents),
    ['folder', folder.tracked ? 'captured' : 'not captured'],
    ['git hooks', hooksText(folder)],
    ['spool', spoolText(spool)],
    ['last drain', drained_at ?? 'never'],
    ['bucket', bucket === null ? 'none yet' : count(bucket.traces, 'trace')],
  ];
  if (left_out.length > 0)
    pairs.push(['left out', `${count(left_out.length, 'session')}: ${printable(left_out.join(', '))}`]);
  for (const { remote, traces } of bucket?.unsynced ?? []) {
    const what = traces === null ? 'unknown' : traces === 0 ? 'nothing' : count(traces, 'trace');
    pairs.push(['unsynced', `${what} for ${printable(remote)}`]);
  }
  return fields(page, pairs);
}

export function doctorView(page: Page, findings: readonly DoctorFinding[]): string {
  const told = findings.map((finding) => findingText(page, finding)).join('');
  if (findings.some(({ level }) => level === 'problem')) return told;
  return `${paint(page, 'green', 'well')}: nothing to mend\n${told}`;
}

/** Agents that are used here without our hooks. */
function notSetUp(agents: CaptureHealth['agents']): Array<readonly [string, string]> {
  const names = agents.filter(({ hooks, last_session }) => hooks === 'none' && last_session !== null);
  return names.length === 0 ? [] : [['not set up', names.map(({ agent }) => agent).join(', ')]];
}

/** Agents whose hooks are gone, or of another git-ot, or whose settings cannot be used. */
function toMend(agents: CaptureHealth['agents']): Array<readonly [string, string]> {
  const names = agents.filter(({ hooks, lost }) => lost || hooks === 'other' || hooks === 'unreadable');
  if (names.length === 0) return [];
  return [['to mend', `${names.map(({ agent }) => agent).join(', ')}: git ot doctor`]];
}

function findingText(page: Page, { code, level, path, message, fix }: DoctorFinding): string {
  const problem = level === 'problem';
  const head = `${problem ? '' : 'note: '}${paint(page, problem ? 'red' : 'dim', code)}`;
  const mend = `${problem ? 'fix' : 'to do it now'}: ${oneLine(fix, 300)}`;
  return `${head}  ${oneLine(path, 200)}\n  ${oneLine(message, 300)}\n  ${mend}\n`;
}

function captureText(page: Page, { capture, since, reason }: CaptureHealth): string {
  if (capture === 'on') return paint(page, 'green', 'on');
  const when = since === null ? '' : ` since ${since}`;
  return `${paint(page, 'red', capture)}${when}: ${printable(reason ?? '')}`;
}

function hooksText({ hooks }: FolderStatus): string {
  if (hooks === null) return 'in no repository';
  const there = hooks.filter(({ installed }) => installed).map(({ hook }) => hook);
  return there.length === 0 ? 'none' : there.join(', ');
}

function spoolText({ waiting, drain, set_aside }: CaptureHealth['spool']): string {
  const parts = [waiting === 0 ? 'empty' : `${count(waiting, 'note')} waiting`];
  if (drain) parts.push('a drain is at work');
  if (set_aside.length > 0) parts.push(`${set_aside.length} set aside`);
  return parts.join(', ');
}
