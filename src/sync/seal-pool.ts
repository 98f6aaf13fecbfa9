/**
 * Seals in several threads. The first megabytes are sealed here, so that a small push starts no thread; a
 * thread that cannot start or dies leaves its work to this one. The result is always the same.
 */
import { Worker } from 'node:worker_threads';
import type { BatchScan, BatchSeal } from '../security/batch-sealer.ts';
import type { Policy, SecretEntry } from '../security/contract.ts';
import { policyOf } from '../security/policy.ts';
import { localEngine, type SealEngine, type SealJob } from '../security/seal-engine.ts';
import type { Places } from '../security/text-search.ts';
import type { SealAnswer, SealRequest } from './seal-protocol.ts';

/** Bytes sealed in this thread before others are started: about what one seals while they start. */
const ALONE_BYTES = 4 * 1024 * 1024;
/** Batches that wait in a thread, so that it never waits for us. */
const AHEAD = 2;

export interface SealPoolOptions {
  /** Path of the bundled `seal-worker.ts`. */
  readonly script: string;
  readonly threads: number;
  /** Default: {@link ALONE_BYTES}. */
  readonly aloneBytes?: number;
}

export class SealPool implements SealEngine {
  readonly width: number;
  readonly #options: SealPoolOptions;
  readonly #threads: SealThread[] = [];
  #alone: number;
  #jobs = 0;

  constructor(options: SealPoolOptions) {
    this.#options = options;
    this.width = options.threads * AHEAD;
    this.#alone = options.aloneBytes ?? ALONE_BYTES;
  }

  /** A policy of detectors that another thread cannot make again is worked on here. */
  open(policy: Policy, format: string): SealJob {
    const external = new Set(policy.external.map(({ name }) => name));
    const tools = policy.tools.filter((name) => !external.has(name));
    const local = localEngine.open(policy, format);
    // Without a tool of its own a worker takes nothing out, also not what programs found.
    if (tools.length === 0) return local;
    if (external.size === 0 && policyOf(tools).digest !== policy.digest) return local;
    this.#jobs += 1;
    return new PooledJob({ pool: this, job: this.#jobs, tools, format, local });
  }

  /** The least busy thread for a batch of so many bytes; null when it shall be worked on here. */
  threadFor(bytes: number): SealThread | null {
    this.#alone -= bytes;
    if (this.#alone >= 0) return null;
    const { script, threads } = this.#options;
    while (this.#threads.length < threads) this.#threads.push(new SealThread(script));
    const alive = this.#threads.filter((thread) => !thread.isDead);
    return alive.reduce<SealThread | null>(
      (best, thread) => (best === null || thread.waiting < best.waiting ? thread : best),
      null,
    );
  }

  /** Tells every thread that a job is over. */
  forget(job: number): void {
    for (const thread of this.#threads) thread.forget(job);
  }

  /** Ends the threads; the pool must not be used afterwards. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface PooledJobOptions {
  readonly pool: SealPool;
  readonly job: number;
  readonly tools: readonly string[];
  readonly format: string;
  readonly local: SealJob;
}

class PooledJob implements SealJob {
  readonly #options: PooledJobOptions;

  constructor(options: PooledJobOptions) {
    this.#options = options;
  }

  async scan(batch: Buffer, entries: readonly SecretEntry[]): Promise<BatchScan> {
    const { pool, local } = this.#options;
    const answer = await pool.threadFor(batch.length)?.ask(this.#options, { op: 'scan', batch, entries });
    return answer?.state === 'scanned' ? answer.scan : local.scan(batch, entries);
  }

  async seal(
    batch: Buffer,
    entries: readonly SecretEntry[],
    places: readonly Places[] | null,
  ): Promise<BatchSeal> {
    const { pool, local } = this.#options;
    const work = { op: 'seal', batch, entries, places } as const;
    const answer = await pool.threadFor(batch.length)?.ask(this.#options, work);
    if (answer?.state === 'unchanged') return { state: 'sealed', bytes: batch, report: answer.report };
    if (answer?.state !== 'done') return local.seal(batch, entries, places);
    const { seal } = answer;
    return seal.state === 'sealed' ? { ...seal, bytes: asBuffer(seal.bytes) } : seal;
  }

  close(): void {
    this.#options.pool.forget(this.#options.job);
    this.#options.local.close();
  }
}

type Work =
  | { readonly op: 'scan'; readonly batch: Buffer; readonly entries: readonly SecretEntry[] }
  | {
      readonly op: 'seal';
      readonly batch: Buffer;
      readonly entries: readonly SecretEntry[];
      readonly places: readonly Places[] | null;
    };

class SealThread {
  readonly #worker: Worker;
  /** Who waits, in the order of the requests. */
  readonly #waiting: Array<(answer: SealAnswer | null) => void> = [];
  /** By open job: how long the list was in the last message of each kind. */
  readonly #jobs = new Map<number, { scan: number; seal: number }>();
  isDead = false;

  constructor(script: string) {
    this.#worker = new Worker(script);
    this.#worker.unref();
    this.#worker.on('message', (answer: SealAnswer) => this.#waiting.shift()?.(answer));
    this.#worker.on('error', () => this.#died());
    this.#worker.on('exit', () => this.#died());
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The answer; null when the thread died over it. */
  ask({ job, tools, format }: PooledJobOptions, work: Work): Promise<SealAnswer | null> {
    if (this.isDead) return Promise.resolve(null);
    if (!this.#jobs.has(job)) this.#send({ op: 'open', job, tools, format });
    const sent = this.#jobs.get(job) ?? { scan: -1, seal: -1 };
    const entries = sent[work.op] === work.entries.length ? null : work.entries;
    this.#jobs.set(job, { ...sent, [work.op]: work.entries.length });
    this.#send({ ...work, job, entries });
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#waiting.push((answer) => {
        if (this.#waiting.length === 0) this.#worker.unref();
        resolve(answer);
      });
    });
  }

  forget(job: number): void {
    if (this.#jobs.delete(job) && !this.isDead) this.#send({ op: 'close', job });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(request: SealRequest): void {
    this.#worker.postMessage(request);
  }

  #died(): void {
    this.isDead = true;
    for (const resolve of this.#waiting.splice(0)) resolve(null);
  }
}

/** What arrives from another thread is a plain byte array. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
