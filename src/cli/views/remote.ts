/** Text views of the remote commands. */
import type { Policy } from '../../security/contract.ts';
import type { RemoteDiff } from '../../sync/compare.ts';
import type { PullReport } from '../../sync/pull.ts';
import type { PushPlan } from '../../sync/push.ts';
import type { Remote } from '../../sync/remotes.ts';
import type { Reseal } from '../../sync/reseal.ts';
import { bytes, count, fields, oneLine, type Page, printable, table } from './page.ts';

/** A push as it is shown: before it happens, and after. The URL holds no credentials. */
export type PushSummary = Pick<PushPlan, 'remote' | 'policy' | 'lane' | 'new_lane' | 'refs' | 'replaced'> & {
  readonly reseal: Reseal;
  readonly dry_run: boolean;
  /** Refs the remote took. */
  readonly pushed: number;
};

export function remoteLine({ name, url }: Remote): string {
  return `${printable(name)}  ${printable(url)}\n`;
}

/** Said before sealing starts, which can take a while. */
export function resealLine({ name }: Pick<Policy, 'name'>, { traces, bytes: size }: Reseal): string {
  return `the policy is ${printable(name)} now: ${count(traces, 'trace')} (${bytes(size)}) sealed anew\n`;
}

const UNSEALED: ReadonlyMap<string, string> = new Map([
  ['off', ': NOTHING is replaced, this is raw evidence'],
]);

export function pushView(page: Page, push: PushSummary): string {
  const { remote, policy } = push;
  const pending = policy.pending.length === 0 ? '' : `, not yet run: ${policy.pending.join(', ')}`;
  const replaced = Object.entries(push.replaced).map(([kind, times]) => `${times} ${printable(kind)}`);
  const head = fields(page, [
    ['remote', `${printable(remote.name)}  ${printable(remote.url)}`],
    ['policy', `${policy.name} (${policy.digest})${pending}${UNSEALED.get(policy.name) ?? ''}`],
    ['replaced', replaced.length === 0 ? 'nothing' : replaced.join(', ')],
  ]);
  const moving = push.refs.filter(({ action }) => action !== 'none');
  const rows = moving.map((ref) => [
    ref.remote_ref,
    ref.action,
    `${ref.traces}`,
    `${ref.leaving}`,
    `${ref.sealed}`,
    bytes(ref.bytes),
  ]);
  const list =
    moving.length === 0
      ? ''
      : table(page, ['REF', 'ACTION', 'TRACES', 'LEAVING', 'SEALED NOW', 'SIZE'], rows);
  return `${head}${list}${verdict(push, moving.length)}`;
}

function verdict({ dry_run, pushed, new_lane }: PushSummary, moving: number): string {
  const lane = new_lane ? ', in a new lane: the remote had another state of the old one' : '';
  if (moving === 0) return 'everything is at the remote already\n';
  if (dry_run) return `${count(moving, 'journal')} would be sent${lane}\n`;
  return `${count(pushed, 'journal')} sent${lane}\n`;
}

export function pullView(page: Page, pull: PullReport): string {
  const changed = pull.refs.map(({ ref, change }) => [change, ref]);
  const rows = [...changed, ...pull.gone.map((ref) => ['gone', ref])];
  const list = rows.length === 0 ? '' : table(page, ['CHANGE', 'JOURNAL'], rows);
  const ignored = pull.ignored.map((ref) => `not a journal, left alone: ${printable(ref)}\n`).join('');
  const fresh = pull.new_traces === 0 ? 'nothing new' : count(pull.new_traces, 'new trace');
  const own = pull.own_traces === 0 ? '' : `, ${pull.own_traces} of them captured here`;
  const sums = `${fresh}; ${count(pull.traces, 'trace')} from ${printable(pull.remote)}${own}\n`;
  return `${list}${ignored}${goneLine(pull.remote, pull.gone)}${sums}`;
}

function goneLine(remote: string, gone: readonly string[]): string {
  if (gone.length === 0) return '';
  const journals = count(gone.length, 'journal');
  return `${printable(remote)} no longer has ${journals} kept here: pull --prune drops what it has not\n`;
}

/** One remote as `remote status` shows it; the counts are null when it could not be asked. */
export interface RemoteState extends Remote {
  readonly state: RemoteDiff['state'] | 'unreachable';
  /** Traces a push would send. */
  readonly to_push: number | null;
  /** Journals a pull would bring. */
  readonly to_pull: number | null;
  readonly pulled_traces: number | null;
  readonly error?: { readonly code: string; readonly message: string };
}

export function remoteStatusView(page: Page, remotes: readonly RemoteState[]): string {
  if (remotes.length === 0) return 'no remote is configured\n';
  const rows = remotes.map((remote) => [
    remote.name,
    remote.state,
    `${remote.to_push ?? '?'}`,
    `${remote.to_pull ?? '?'}`,
    remote.url,
  ]);
  const errors = remotes.flatMap(({ name, error }) =>
    error === undefined ? [] : [`${printable(name)}: ${oneLine(error.message, 200)} [${error.code}]\n`],
  );
  return `${table(page, ['REMOTE', 'STATE', 'TO PUSH', 'TO PULL', 'URL'], rows)}${errors.join('')}`;
}

export function remoteDiffView(page: Page, diff: RemoteDiff): string {
  const push = diff.to_push.map(({ trace_id, month, change }) => ['push', change, month, trace_id]);
  const pull = diff.to_pull.map(({ ref, change }) => ['pull', change, ref.slice(-7), ref]);
  const rows = [...push, ...pull];
  const list = rows.length === 0 ? '' : table(page, ['TO', 'CHANGE', 'MONTH', 'TRACE OR JOURNAL'], rows);
  const sums = `${count(push.length, 'trace')} to push, ${count(pull.length, 'journal')} to pull`;
  const gone = goneLine(diff.remote.name, diff.gone);
  return `${list}${gone}${printable(diff.remote.name)} is ${diff.state}: ${sums}\n`;
}
