/**
 * `bucket remote push`: seal, plan, show, apply. What is planned is what is sent: the ids are fixed in the
 * plan and every ref is leased to the remote value the plan saw. A dry run seals and counts, and changes
 * nothing at all.
 */
import { OtError } from '../base/errors.ts';
import type { Bucket, Engine } from '../bucket/home.ts';
import { beginNewLane, withWritableBucket } from '../bucket/lane.ts';
import { pushedRef, remoteSealedRef, SEALED_PREFIX } from '../bucket/layout.ts';
import type { Oid, RefUpdateResult, Transport, TransportProgress } from '../git/ports.ts';
import type { Policy } from '../security/contract.ts';
import { type Sealed, sealedRefTip, sealedValue } from '../security/seal.ts';
import type { SealEngine } from '../security/seal-engine.ts';
import { dropEarlierSealed } from './earlier-policies.ts';
import { countLeaving, type Leaving, NOTHING_LEAVES } from './leaving.ts';
import { publish, type SealedUpdate } from './publish.ts';
import type { Remote } from './remotes.ts';
import { SealCache } from './seal-cache.ts';
import { type SealedMonth, sealJournals } from './seal-journal.ts';
import { sumCounts } from './sealed-content.ts';

export interface PushContext {
  readonly bucket: Bucket;
  readonly engine: Engine;
  readonly policy: Policy;
  readonly transport: (gitDir: string) => Transport;
  /** Who seals; default: this thread. */
  readonly sealing?: SealEngine;
  readonly onSeal?: (done: number, total: number) => void;
  readonly onProgress?: TransportProgress;
}

export type PushAction = 'create' | 'grow' | 'rewrite' | 'none';

/** One ref of a plan. */
export interface PlannedRef {
  readonly remote_ref: string;
  readonly month: string;
  readonly action: PushAction;
  /** Traces in the month, how many of them leave (the remote has them not, or otherwise), and how many were sealed now. */
  readonly traces: number;
  readonly leaving: number;
  readonly sealed: number;
  /** Of what leaves: bytes of its sealed sources, and replacements in it by kind. */
  readonly bytes: number;
  readonly replaced: Readonly<Record<string, number>>;
}

export interface PushPlan {
  readonly remote: Remote;
  readonly policy: { readonly name: string; readonly digest: string; readonly pending: readonly string[] };
  readonly lane: string;
  /** True when the remote held a tip of our lane that is not ours, and a new lane was begun. */
  readonly new_lane: boolean;
  readonly refs: readonly PlannedRef[];
  /** In all that leaves, by kind. */
  readonly replaced: Readonly<Record<string, number>>;
  /** What `applyPush` sends; empty in a dry run. */
  readonly updates: readonly MonthUpdate[];
  readonly bucket: Bucket;
}

interface MonthUpdate extends SealedUpdate {
  readonly lane: string;
  readonly month: string;
  /** What a rewrite replaces, when it is what we sent last: goes back if the host takes neither. */
  readonly before: Sealed<Oid> | null;
}

/** Seals what changed and compares with the remote. Throws `OT_SEAL_RESIDUE` (exit 8) and network errors (exit 4). */
export async function planPush(context: PushContext, remote: Remote, dryRun: boolean): Promise<PushPlan> {
  const { bucket } = context;
  const tips = await remoteTips(context, remote);
  const plan = (own: Bucket, newLane: boolean): Promise<PushPlan | null> =>
    planLane({ ...context, bucket: own }, { remote, tips, dryRun, newLane });
  if (dryRun)
    return (bucket.laneIsOurs ? await plan(bucket, false) : null) ?? foreignLanePlan(context, remote);
  return withWritableBucket(bucket, async (own) => {
    return (await plan(own, own.lane !== bucket.lane)) ?? (await plan(await beginNewLane(own), true))!;
  });
}

async function remoteTips(context: PushContext, remote: Remote): Promise<ReadonlyMap<string, Oid>> {
  const transport = context.transport(context.bucket.gitDir);
  const refs = await transport.listRemote(remote.url, SEALED_PREFIX);
  return new Map(refs.map((ref) => [ref.name, ref.oid]));
}

interface LanePlanning {
  readonly remote: Remote;
  readonly tips: ReadonlyMap<string, Oid>;
  readonly dryRun: boolean;
  readonly newLane: boolean;
}

/** Null when the remote holds a tip of this lane that we neither wrote nor descend from. */
async function planLane(context: PushContext, planning: LanePlanning): Promise<PushPlan | null> {
  const { bucket, policy, sealing, onSeal } = context;
  const { remote, tips, dryRun } = planning;
  const seal = {
    bucket,
    policy,
    dryRun,
    ...(sealing === undefined ? {} : { sealing }),
    ...(onSeal === undefined ? {} : { onTrace: onSeal }),
  };
  const cache = await SealCache.load(bucket.home);
  const months = await sealJournals(seal, cache);
  const refs: PlannedRef[] = [];
  const updates: MonthUpdate[] = [];
  for (const month of months) {
    const remoteRef = remoteSealedRef(month.lane, month.month);
    const there = tips.get(remoteRef) ?? null;
    const action = await actionFor(context, remote, month, there);
    if (action === null) return null;
    const leaving =
      action === 'none'
        ? NOTHING_LEAVES
        : await countLeaving({ bucket, cache, month, there, grows: action === 'grow' });
    refs.push(plannedRef(month, remoteRef, action, leaving));
    if (action === 'none' || month.tip === null) continue;
    const oid = sealedRefTip(month.ref, month.tip);
    const force = action === 'rewrite';
    const before = force ? await sentBefore(context, remote, month, there) : null;
    updates.push({ oid, remoteRef, expected: there, force, lane: month.lane, month: month.month, before });
  }
  return {
    remote,
    policy: { name: policy.name, digest: policy.digest, pending: policy.pending },
    lane: bucket.lane,
    new_lane: planning.newLane,
    refs,
    replaced: sumCounts(refs.map((ref) => ref.replaced)),
    updates,
    bucket,
  };
}

/** A dry run cannot begin a lane: it says that one would begin, with everything to create. */
async function foreignLanePlan(context: PushContext, remote: Remote): Promise<PushPlan> {
  const none = new Map<string, Oid>();
  const plan = await planLane(context, { remote, tips: none, dryRun: true, newLane: true });
  return plan!;
}

async function actionFor(
  context: PushContext,
  remote: Remote,
  month: SealedMonth,
  there: Oid | null,
): Promise<PushAction | null> {
  const { bucket, engine } = context;
  if (there === null) return 'create';
  if (there === month.tip) return 'none';
  const { objects, refs } = bucket.repository;
  const base = month.tip ?? month.before;
  const present = (await objects.info(there))?.type === 'commit';
  const grows = base !== null && !month.rewritten && present;
  if (grows && (await engine.isAncestor(bucket.gitDir, there, base))) return 'grow';
  // Nothing of other machines gets into the bucket: a commit in it was ours before it was at the remote.
  const ours = present || (await refs.read(pushedRef(remote.name, month.lane, month.month))) === there;
  return ours ? 'rewrite' : null;
}

/** Null when `there` is not noted as sent by us: a remote's word alone is no proof that a commit is sealed. */
async function sentBefore(
  context: PushContext,
  remote: Remote,
  month: SealedMonth,
  there: Oid | null,
): Promise<Sealed<Oid> | null> {
  const sent = await context.bucket.repository.refs.read(pushedRef(remote.name, month.lane, month.month));
  return sent === null || sent !== there ? null : sealedRefTip(month.ref, sent);
}

function plannedRef(month: SealedMonth, remoteRef: string, action: PushAction, leaving: Leaving): PlannedRef {
  return {
    remote_ref: remoteRef,
    month: month.month,
    action,
    traces: month.traces,
    sealed: month.sealedNow.size,
    ...leaving,
  };
}

export interface PushReport {
  readonly refs: readonly RefUpdateResult[];
  readonly pushed: number;
}

/** Sends a plan. Throws `OT_PUSH_STALE` (exit 7) when the remote moved since the plan was made. */
export async function applyPush(context: PushContext, plan: PushPlan): Promise<PushReport> {
  if (plan.updates.length === 0) return { refs: [], pushed: 0 };
  const transport = context.transport(plan.bucket.gitDir);
  const results = await publish(transport, plan.remote.url, plan.updates, context.onProgress);
  const settled = await recreateRefused(context, plan, results);
  const sent = plan.updates.filter((update) =>
    settled.some(({ remoteRef, status }) => remoteRef === update.remoteRef && isDone(status)),
  );
  await rememberPushed(plan, sent);
  assertAllDone(settled);
  await dropEarlierSealed(plan.bucket, plan.policy.digest);
  return { refs: settled, pushed: sent.length };
}

function isDone(status: RefUpdateResult['status']): boolean {
  return status === 'ok' || status === 'up_to_date';
}

/**
 * A host that denies a non-fast-forward update usually allows to delete and create, each leased. What was
 * held back because of such a ref is sent again with it.
 */
async function recreateRefused(
  context: PushContext,
  plan: PushPlan,
  results: readonly RefUpdateResult[],
): Promise<readonly RefUpdateResult[]> {
  if (results.some(({ status }) => status === 'stale')) return results;
  const done = new Set(results.filter(({ status }) => isDone(status)).map(({ remoteRef }) => remoteRef));
  const refused = plan.updates.filter(({ remoteRef }) => !done.has(remoteRef));
  const forced = refused.filter(({ force }) => force);
  if (forced.length === 0) return results;
  const transport = context.transport(plan.bucket.gitDir);
  const deletions = forced.map((update) => ({ ...update, oid: null }));
  const deleted = await publish(transport, plan.remote.url, deletions, context.onProgress);
  if (!deleted.every(({ status }) => isDone(status))) return results;
  const again = refused.map((update) =>
    update.force ? { ...update, expected: null, force: false } : update,
  );
  const sent = await publish(transport, plan.remote.url, again, context.onProgress);
  await putBack(context, plan, sent);
  return [...results.filter(({ remoteRef }) => done.has(remoteRef)), ...sent];
}

/** A month the host took away and did not take anew is made again as it was, for those who pull. */
async function putBack(
  context: PushContext,
  plan: PushPlan,
  sent: readonly RefUpdateResult[],
): Promise<void> {
  const lost = new Set(sent.filter(({ status }) => !isDone(status)).map(({ remoteRef }) => remoteRef));
  const former = plan.updates.flatMap((update) =>
    lost.has(update.remoteRef) && update.before !== null
      ? [{ ...update, oid: update.before, expected: null, force: false }]
      : [],
  );
  if (former.length === 0) return;
  await publish(context.transport(plan.bucket.gitDir), plan.remote.url, former, context.onProgress);
}

async function rememberPushed(plan: PushPlan, sent: PushPlan['updates']): Promise<void> {
  const { refs } = plan.bucket.repository;
  const edits = await Promise.all(
    sent.map(async (update) => {
      const name = pushedRef(plan.remote.name, update.lane, update.month);
      const next = update.oid === null ? null : sealedValue(update.oid);
      return { name, next, expected: await refs.read(name) };
    }),
  );
  if (edits.length > 0) await refs.transaction(edits);
}

function assertAllDone(results: readonly RefUpdateResult[]): void {
  const stale = results.find(({ status }) => status === 'stale');
  if (stale !== undefined) {
    throw new OtError('OT_PUSH_STALE', 'conflict', `${stale.remoteRef} moved on the remote meanwhile`, {
      hint: 'push again',
      retryable: true,
    });
  }
  const failed = results.find(({ status }) => !isDone(status));
  if (failed === undefined) return;
  throw new OtError(
    'OT_REMOTE_REJECTED',
    'network',
    `the remote refused ${failed.remoteRef}: ${failed.reason}`,
  );
}
