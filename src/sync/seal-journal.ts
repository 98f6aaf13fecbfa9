/**
 * Keeps the sealed copy of our journals up to date under one policy. Only traces that changed since the
 * last time are sealed again; what that was is remembered in a cache that may be deleted at any time.
 */
import type { TraceCopy } from '../bucket/find.ts';
import { openCopy } from '../bucket/find.ts';
import type { Bucket } from '../bucket/home.ts';
import { appendJournal, type JournalChange } from '../bucket/journal.ts';
import { journalOfRef, LANES_PREFIX, laneRef, sealedRef } from '../bucket/layout.ts';
import { copiesOfTip } from '../bucket/list.ts';
import { ownShelf } from '../bucket/shelves.ts';
import { writeTree } from '../bucket/tree-edit.ts';
import type { ObjectBatch, Oid } from '../git/ports.ts';
import type { MetaRow } from '../record/trace.ts';
import { mapInOrder } from '../security/batches.ts';
import type { Policy, SecretEntry } from '../security/contract.ts';
import { combineSealed, deriveSealed, type Sealed, sealedRefTip, sealedValue } from '../security/seal.ts';
import type { SealEngine } from '../security/seal-engine.ts';
import type { SecretList } from '../security/secret-list.ts';
import { type Relative, secretsToShare } from './family-secrets.ts';
import type { SealCache } from './seal-cache.ts';
import { type SealedTrace, sealTrace } from './seal-trace.ts';
import type { SealedBefore } from './sealed-before.ts';
import type { SealedContent } from './sealed-content.ts';

export interface SealOptions {
  readonly bucket: Bucket;
  readonly policy: Policy;
  /** Seals and counts, and leaves no object, ref or file behind. */
  readonly dryRun?: boolean;
  /** Who seals; default: this thread. */
  readonly sealing?: SealEngine;
  /** Called after each trace, for progress. */
  readonly onTrace?: (done: number, total: number) => void;
}

/** One month after sealing. */
export interface SealedMonth {
  readonly lane: string;
  readonly month: string;
  readonly ref: string;
  /** Sealed tip before; null when there was none. */
  readonly before: Oid | null;
  /** Sealed tip now; equals `before` when nothing changed, null after a dry run that would move it. */
  readonly tip: Oid | null;
  /** Traces sealed now, by id. */
  readonly sealedNow: ReadonlyMap<string, SealedNow>;
  readonly removedIds: readonly string[];
  readonly traces: number;
  /** True when the month's history begins anew, because the old one holds text that must not stay. */
  readonly rewritten: boolean;
}

export interface SealedNow {
  /** Tree of the sealed copy; in no store after a dry run. */
  readonly tree: Oid;
  readonly content: SealedContent;
}

/** Seals every own journal; call under the bucket lock. Throws `OT_SEAL_RESIDUE` (exit 8): then nothing moved. */
export async function sealJournals(options: SealOptions, cache: SealCache): Promise<readonly SealedMonth[]> {
  const { bucket, policy } = options;
  const months: SealedMonth[] = [];
  for (const tip of await ownTips(bucket)) months.push(await new MonthSealer(options, cache, tip).run());
  if (options.dryRun !== true) await cache.save(bucket.platform, policy.digest);
  return months;
}

interface OwnTip {
  readonly lane: string;
  readonly month: string;
  readonly commit: Oid;
}

/** Every lane in the bucket is ours: a lost `bucket.json` or a kill while renaming can leave more than one. */
async function ownTips(bucket: Bucket): Promise<OwnTip[]> {
  const refs = await bucket.repository.refs.list(LANES_PREFIX);
  return refs.flatMap(({ name, oid }) => {
    const journal = journalOfRef(name);
    return journal === null ? [] : [{ ...journal, commit: oid }];
  });
}

/** A trace sealed now, with the raw folder's new tree when its secret list grew. */
interface Done {
  readonly traceId: string;
  readonly sealed: Sealed<SealedTrace>;
  readonly list: SecretList;
  /** Entries the list had before. */
  readonly known: number;
  readonly rawTree: Oid | null;
}

/** Traces sealed at once: enough to keep every thread busy, few enough to keep memory small. */
const MAX_TRACES = 4;

async function* each<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

class MonthSealer {
  readonly #options: SealOptions;
  readonly #cache: SealCache;
  readonly #lane: string;
  readonly #month: string;
  readonly #rawTip: Oid;
  readonly #rawRef: string;
  readonly #ref: string;

  constructor(options: SealOptions, cache: SealCache, tip: OwnTip) {
    this.#options = options;
    this.#cache = cache;
    this.#lane = tip.lane;
    this.#month = tip.month;
    this.#rawTip = tip.commit;
    this.#rawRef = laneRef(tip.lane, tip.month);
    this.#ref = sealedRef(options.policy.digest, tip.lane, tip.month);
  }

  async run(): Promise<SealedMonth> {
    const { bucket } = this.#options;
    const before = await bucket.repository.refs.read(this.#ref);
    const raw = await this.#copies(this.#rawTip);
    const since = this.#cache.sealedFrom(this.#ref, before);
    if (since === this.#rawTip) return this.#result(before, before, raw.size);
    const old = before === null ? new Map<string, TraceCopy>() : await this.#copies(before);
    const known = since === null ? new Map<string, TraceCopy>() : await this.#knownCopies(since);
    const changed = [...raw.values()].filter(
      (copy) => known.get(copy.traceId)?.tree !== copy.tree || !old.has(copy.traceId),
    );
    const removed = [...old.keys()].filter((traceId) => !raw.has(traceId));
    const batch = bucket.repository.objects.batch();
    try {
      const last = { before, old, known };
      const done = await this.#shareFound(batch, raw, await this.#sealAll(batch, changed, last), last);
      return await this.#finish(batch, { before, old, done, removed, traces: raw.size });
    } catch (error) {
      await batch.abort();
      throw error;
    }
  }

  async #copies(commit: Oid): Promise<Map<string, TraceCopy>> {
    const { bucket } = this.#options;
    const tip = {
      shelf: ownShelf(bucket),
      ref: this.#ref,
      lane: this.#lane,
      month: this.#month,
      commit,
    };
    return new Map((await copiesOfTip(tip)).map((copy) => [copy.traceId, copy]));
  }

  /** The raw state sealed last; empty when it is no longer in the store. */
  async #knownCopies(commit: Oid): Promise<Map<string, TraceCopy>> {
    const there = await this.#options.bucket.repository.objects.info(commit);
    return there === null ? new Map() : this.#copies(commit);
  }

  async #sealAll(batch: ObjectBatch, changed: readonly TraceCopy[], last: LastSealed): Promise<Done[]> {
    const { onTrace, sealing } = this.#options;
    const done: Done[] = [];
    const sealed = mapInOrder(each(changed), Math.min(MAX_TRACES, sealing?.width ?? 1), (copy) =>
      this.#seal(batch, copy, this.#sealedBefore(last, copy.traceId)),
    );
    for await (const one of sealed) {
      done.push(one);
      onTrace?.(done.length, changed.length);
    }
    return done;
  }

  /** Seals those again that hold what was found in a relative of theirs. */
  async #shareFound(
    batch: ObjectBatch,
    raw: ReadonlyMap<string, TraceCopy>,
    done: readonly Done[],
    last: LastSealed,
  ): Promise<Done[]> {
    const all = new Map(done.map((one) => [one.traceId, one]));
    const sealed = done.map(({ traceId, sealed, list, known }) => {
      const parentId = sealedValue(sealed).row.parent_trace_id ?? null;
      return { traceId, parentId, raw: openCopy(raw.get(traceId)!), list, known };
    });
    const others = [...raw.values()].filter(({ traceId }) => !all.has(traceId));
    const missing = await secretsToShare(sealed, () => Promise.all(others.map(relativeOf)));
    for (const [traceId, entries] of missing) {
      const copy = raw.get(traceId)!;
      all.set(traceId, await this.#seal(batch, copy, this.#sealedBefore(last, traceId), entries));
    }
    return [...all.values()];
  }

  #sealedBefore({ before, old, known }: LastSealed, traceId: string): SealedBefore | null {
    const copy = old.get(traceId);
    if (copy === undefined || before === null) return null;
    const raw = known.get(traceId);
    // `old` holds the copies of this very tip.
    const sealed = deriveSealed(sealedRefTip(this.#ref, before), () => openCopy(copy));
    return { sealed, raw: raw === undefined ? null : openCopy(raw) };
  }

  async #seal(
    batch: ObjectBatch,
    copy: TraceCopy,
    previous: SealedBefore | null,
    shared: readonly SecretEntry[] = [],
  ): Promise<Done> {
    const { bucket, policy, sealing } = this.#options;
    const raw = openCopy(copy);
    const { sealed, list, known } = await sealTrace({
      raw,
      previous,
      policy,
      shared,
      batch,
      algorithm: bucket.repository.algorithm,
      ...(sealing === undefined ? {} : { engine: sealing }),
    });
    const { traceId } = copy;
    if (list.size === known) return { traceId, sealed, list, known, rawTree: null };
    const files = new Map(await raw.files());
    files.set(raw.names.secrets, batch.put('blob', list.encode()));
    const rawTree = writeTree(batch, bucket.repository.algorithm, files);
    return { traceId, sealed, list, known, rawTree };
  }

  async #finish(batch: ObjectBatch, work: MonthWork): Promise<SealedMonth> {
    const { bucket, dryRun } = this.#options;
    const rewritten =
      work.removed.length > 0 || work.done.some(({ sealed }) => sealedValue(sealed).rewritten);
    const lists = this.#listChanges(work);
    const copies = this.#sealedChanges(work, rewritten);
    if (dryRun === true) {
      const moves = work.done.some((done) => isNew(done, work.old)) || work.removed.length > 0;
      await batch.abort();
      return this.#result(work.before, moves ? null : work.before, work.traces, work, rewritten);
    }
    await appendJournal(bucket.repository, batch, lists, bucket.platform, copies);
    for (const { sealed } of work.done) {
      const { tree, content } = sealedValue(sealed);
      this.#cache.rememberContent(tree, content);
    }
    const tip = await bucket.repository.refs.read(this.#ref);
    const raw = await bucket.repository.refs.read(this.#rawRef);
    if (tip !== null && raw !== null) this.#cache.remember(this.#ref, raw, tip);
    return this.#result(work.before, tip, work.traces, work, rewritten);
  }

  /** Secret lists go to the raw journal, in one transaction with what was sealed by them. */
  #listChanges(work: MonthWork): JournalChange[] {
    const lists = new Map<string, Oid>();
    for (const { traceId, rawTree } of work.done) if (rawTree !== null) lists.set(traceId, rawTree);
    if (lists.size === 0) return [];
    return [{ ref: this.#rawRef, traces: lists, message: secretsMessage([...lists.keys()]) }];
  }

  #sealedChanges(work: MonthWork, rewritten: boolean): Sealed<JournalChange>[] {
    const kept = new Map<string, Oid>();
    if (rewritten) for (const [traceId, copy] of work.old) kept.set(traceId, copy.tree);
    for (const traceId of work.removed) kept.delete(traceId);
    if (work.done.length === 0 && !rewritten) return [];
    const sealed = combineSealed(work.done.map((done) => done.sealed));
    const ids = work.done.map((done) => done.traceId);
    return [
      deriveSealed(sealed, (copies) => ({
        ref: this.#ref,
        traces: new Map([...kept, ...copies.map((copy, index): [string, Oid] => [ids[index]!, copy.tree])]),
        message: sealMessage(copies.map((copy) => copy.row)),
        restart: rewritten,
      })),
    ];
  }

  #result(
    before: Oid | null,
    tip: Oid | null,
    traces: number,
    work?: MonthWork,
    rewritten = false,
  ): SealedMonth {
    const done = work?.done ?? [];
    return {
      lane: this.#lane,
      month: this.#month,
      ref: this.#ref,
      before,
      tip,
      sealedNow: new Map(done.map(({ traceId, sealed }) => [traceId, sealedValue(sealed)])),
      removedIds: work?.removed ?? [],
      traces,
      rewritten: rewritten && before !== null,
    };
  }
}

/** The sealed tip as it was, its traces, and the raw traces they were made from where that is known. */
interface LastSealed {
  readonly before: Oid | null;
  readonly old: ReadonlyMap<string, TraceCopy>;
  readonly known: ReadonlyMap<string, TraceCopy>;
}

interface MonthWork {
  readonly before: Oid | null;
  readonly old: ReadonlyMap<string, TraceCopy>;
  readonly done: readonly Done[];
  readonly removed: readonly string[];
  readonly traces: number;
}

/** A trace that cannot be read is nobody's relative: `verify` tells of it. */
async function relativeOf(copy: TraceCopy): Promise<Relative> {
  const raw = openCopy(copy);
  const parentId = await raw.meta().then(
    (row) => row.parent_trace_id ?? null,
    () => null,
  );
  return { traceId: copy.traceId, parentId, raw };
}

function isNew(done: Done, old: ReadonlyMap<string, TraceCopy>): boolean {
  return old.get(done.traceId)?.tree !== sealedValue(done.sealed).tree;
}

function sealMessage(rows: readonly MetaRow[]): string {
  const lines = rows.slice(0, 200).map((row) => `${row.trace_id} ${row.agent} ${row.step_count} steps`);
  if (rows.length > lines.length) lines.push(`... and ${rows.length - lines.length} more`);
  return `seal: ${tracesOf(rows.length)}\n\n${lines.join('\n')}\n`;
}

function secretsMessage(traceIds: readonly string[]): string {
  return `seal: secret lists of ${tracesOf(traceIds.length)}\n\n${traceIds.slice(0, 200).join('\n')}\n`;
}

function tracesOf(count: number): string {
  return count === 1 ? '1 trace' : `${count} traces`;
}
