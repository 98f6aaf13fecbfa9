/** Machines that sync: each with an `OT_HOME` of its own, every operation opening it anew as a process would. */
import { cpSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Platform } from '../../src/base/platform.ts';
import type { Finding } from '../../src/bucket/findings.ts';
import { type Bucket, type Engine, openBucket, openOrCreateBucket } from '../../src/bucket/home.ts';
import { SEALED_PREFIX } from '../../src/bucket/layout.ts';
import { type ListedTrace, listTraces } from '../../src/bucket/list.ts';
import { closeShelves, openShelves, ownShelf, remoteGitDir, type Shelf } from '../../src/bucket/shelves.ts';
import { verifyBucket } from '../../src/bucket/verify.ts';
import { type CaptureReport, captureSessions } from '../../src/capture/capture.ts';
import type { HashAlgorithm, Oid, Transport } from '../../src/git/ports.ts';
import { fsckFull } from '../../src/git/program/fsck.ts';
import { programTransport } from '../../src/git/program/transport.ts';
import type { GitProgram } from '../../src/git/spawn.ts';
import type { Policy } from '../../src/security/contract.ts';
import { resolvePolicy } from '../../src/security/policy.ts';
import { localEngine, type SealEngine } from '../../src/security/seal-engine.ts';
import { type PullContext, type PullReport, pullRemote } from '../../src/sync/pull.ts';
import {
  applyPush,
  type PushContext,
  type PushPlan,
  type PushReport,
  planPush,
} from '../../src/sync/push.ts';
import { addRemote, chooseRemote } from '../../src/sync/remotes.ts';
import { testEngine } from './bucket.ts';
import { tempDir, testGit } from './git-env.ts';
import { testPlatform } from './platform.ts';

export interface MachineOptions {
  readonly machineId?: string;
  /** Default: a fresh folder. */
  readonly home?: string;
  /** What its git needs on top, such as `GIT_SSH_COMMAND`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly algorithm?: HashAlgorithm;
  /** What pushes are sealed under; default: the recommended policy. */
  readonly policy?: Policy;
  /** Who seals; default: the calling thread. */
  readonly sealing?: SealEngine;
}

let made = 0;

export class SyncMachine {
  readonly home: string;
  readonly git: GitProgram;
  readonly #engine: Engine;
  readonly #platform: Platform;
  readonly #algorithm: HashAlgorithm;
  readonly #policy: Policy;
  readonly #sealing: SealEngine;

  constructor(options: MachineOptions = {}) {
    made += 1;
    this.home = options.home ?? join(tempDir('git-ot-sync-'), 'home');
    this.git = testGit(options.env);
    this.#engine = testEngine(this.git);
    this.#platform = testPlatform({ machineId: options.machineId ?? `machine-${made}` });
    this.#algorithm = options.algorithm ?? 'sha1';
    this.#policy = options.policy ?? resolvePolicy('recommended');
    this.#sealing = options.sealing ?? localEngine;
  }

  get gitDir(): string {
    return join(this.home, 'bucket.git');
  }

  capture(...paths: readonly string[]): Promise<CaptureReport> {
    return this.#withBucket((bucket) =>
      captureSessions({ bucket, paths, describeRepository: async () => null }),
    );
  }

  addRemote(url: string, name = 'team'): Promise<void> {
    return this.#withBucket((bucket) => addRemote(this.git, bucket, { name, url }));
  }

  plan(options: { readonly dryRun?: boolean; readonly remote?: string } = {}): Promise<PushPlan> {
    return this.#withBucket(async (bucket) => {
      const remote = await chooseRemote(this.git, bucket, options.remote);
      return planPush(this.#context(bucket), remote, options.dryRun === true);
    });
  }

  /** `between` runs when the plan is made and nothing is sent yet. */
  push(
    options: { readonly remote?: string; readonly between?: () => Promise<unknown> } = {},
  ): Promise<{ readonly plan: PushPlan; readonly report: PushReport }> {
    return this.#withBucket(async (bucket) => {
      const remote = await chooseRemote(this.git, bucket, options.remote);
      const context = this.#context(bucket);
      const plan = await planPush(context, remote, false);
      await options.between?.();
      return { plan, report: await applyPush(context, plan) };
    });
  }

  pull(remote?: string, options: Pick<PullContext, 'prune'> = {}): Promise<PullReport> {
    return this.#withBucket(async (bucket) =>
      pullRemote({ ...this.#context(bucket), ...options }, await chooseRemote(this.git, bucket, remote)),
    );
  }

  /** Every trace of this machine by id, own and pulled; a row that cannot be read is in `damaged`. */
  async list(): Promise<{ traces: Map<string, ListedTrace>; damaged: string[] }> {
    return this.withShelves(async (shelves) => {
      const damaged: string[] = [];
      const listed = await listTraces(shelves, ({ tip, traceId }) => damaged.push(traceId ?? tip.ref));
      return { traces: new Map(listed.map((trace) => [trace.row.trace_id, trace])), damaged };
    });
  }

  /** Ids of every trace this machine can see, sorted. */
  async ids(): Promise<string[]> {
    return [...(await this.list()).traces.keys()].sort();
  }

  /** Own lanes first, then one shelf per pulled remote. */
  withShelves<T>(work: (shelves: readonly Shelf[]) => Promise<T>): Promise<T> {
    return this.#withBucket(async (bucket) => {
      const shelves = await openShelves(bucket, this.#engine);
      try {
        return await work(shelves);
      } finally {
        await closeShelves(shelves.slice(1));
      }
    });
  }

  /** What `bucket verify --full` finds: lanes, their sealed copies, and each pulled repository. */
  findings(): Promise<readonly Finding[]> {
    return this.#withBucket(async (bucket) => {
      const shelves = await openShelves(bucket, this.#engine);
      const gitDirOf = ({ remote }: Shelf): string =>
        remote === undefined ? bucket.gitDir : remoteGitDir(bucket.home, remote);
      try {
        const report = await verifyBucket({
          home: bucket.home,
          shelves: [{ ...ownShelf(bucket), prefix: SEALED_PREFIX }, ...shelves],
          fsck: (shelf) => fsckFull(this.git, gitDirOf(shelf)),
        });
        return report.findings;
      } finally {
        await closeShelves(shelves.slice(1));
      }
    });
  }

  /** Output of a plain git command in the bucket's repository. */
  async plainGit(...args: readonly string[]): Promise<string> {
    return (await this.git.text(args, { gitDir: this.gitDir })).trim();
  }

  /** The bucket's refs below `prefix`, by name. */
  refs(prefix = 'refs/'): Promise<Map<string, Oid>> {
    return refsOf(this.git, this.gitDir, prefix);
  }

  /** Every object of the bucket, one after another. */
  async everyByte(): Promise<Buffer> {
    return everyObjectOf(this.git, this.gitDir);
  }

  transport(gitDir = this.gitDir): Transport {
    return programTransport(this.git, gitDir);
  }

  /** Every file below `OT_HOME` with its content: equal values mean that nothing was touched. */
  snapshot(): Map<string, string> {
    return snapshotOf(this.home);
  }

  /** The same `OT_HOME` in another place, as a backup or a container image has it. */
  copy(options: MachineOptions): SyncMachine {
    const other = new SyncMachine(options);
    cpSync(this.home, other.home, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    return other;
  }

  async #withBucket<T>(work: (bucket: Bucket) => Promise<T>): Promise<T> {
    const options = { home: this.home, engine: this.#engine, platform: this.#platform };
    const exists = readdirOrNone(this.home).includes('bucket.json');
    const bucket = exists ? await openBucket(options) : await openOrCreateBucket(options, this.#algorithm);
    try {
      return await work(bucket);
    } finally {
      await bucket.repository.objects.close();
    }
  }

  #context(bucket: Bucket): PushContext {
    return {
      bucket,
      engine: this.#engine,
      policy: this.#policy,
      sealing: this.#sealing,
      transport: (gitDir) => this.transport(gitDir),
    };
  }
}

/** A bare repository somewhere, as an administrator sees it. */
export class BareRemote {
  readonly gitDir: string;
  readonly git: GitProgram = testGit();

  private constructor(gitDir: string) {
    this.gitDir = gitDir;
  }

  /** `place`: where it shall be; default: a fresh folder. */
  static async create(
    options: { readonly algorithm?: HashAlgorithm; readonly place?: string } = {},
  ): Promise<BareRemote> {
    const remote = new BareRemote(options.place ?? join(tempDir('git-ot-remote-'), 'traces.git'));
    const format = `--object-format=${options.algorithm ?? 'sha1'}`;
    await remote.git.run(['init', '--quiet', '--bare', '--template=', format, remote.gitDir]);
    return remote;
  }

  /** Installs a shell script as a hook of the repository. */
  hook(name: string, script: string): void {
    mkdirSync(join(this.gitDir, 'hooks'), { recursive: true });
    writeFileSync(join(this.gitDir, 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  refs(prefix = 'refs/'): Promise<Map<string, Oid>> {
    return refsOf(this.git, this.gitDir, prefix);
  }

  /** Output of a plain git command in it. */
  async plainGit(...args: readonly string[]): Promise<string> {
    return (await this.git.text(args, { gitDir: this.gitDir })).trim();
  }

  /** Ids of all its objects, reachable or not. */
  async objectIds(): Promise<Set<Oid>> {
    return objectIdsOf(this.git, this.gitDir);
  }

  /** Every object's content, one after another: what a reader of the disk can see. */
  async everyByte(): Promise<Buffer> {
    return everyObjectOf(this.git, this.gitDir);
  }

  /** Commits of a ref, newest first, with their parents. */
  async history(ref: string): Promise<readonly (readonly Oid[])[]> {
    const text = await this.plainGit('rev-list', '--parents', ref);
    return text.split('\n').map((line) => line.split(' '));
  }

  snapshot(): Map<string, string> {
    return snapshotOf(this.gitDir);
  }

  async expectSound(): Promise<void> {
    expect(await fsckFull(this.git, this.gitDir)).toEqual([]);
  }
}

async function everyObjectOf(git: GitProgram, gitDir: string): Promise<Buffer> {
  const args = ['cat-file', '--batch', '--batch-all-objects', '--unordered'];
  return (await git.run(args, { gitDir })).stdout;
}

/** Ids of all objects of a repository, reachable or not. */
export async function objectIdsOf(git: GitProgram, gitDir: string): Promise<Set<Oid>> {
  const args = ['cat-file', '--batch-check=%(objectname)', '--batch-all-objects', '--unordered'];
  return new Set((await git.text(args, { gitDir })).split('\n').filter(Boolean));
}

async function refsOf(git: GitProgram, gitDir: string, prefix: string): Promise<Map<string, Oid>> {
  const text = await git.text(['for-each-ref', '--format=%(refname) %(objectname)', prefix], { gitDir });
  const lines = text.split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.split(' ') as [string, Oid]));
}

/** The post-condition of every sync: nothing is damaged anywhere. */
export async function expectSound(
  remotes: readonly BareRemote[],
  machines: readonly SyncMachine[],
): Promise<void> {
  for (const machine of machines) expect(await machine.findings()).toEqual([]);
  for (const remote of remotes) await remote.expectSound();
}

function readdirOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Files, folders and links below a folder by path, with their content. */
export function snapshotOf(folder: string, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = join(prefix, entry.name);
    if (entry.isDirectory()) {
      found.set(path, 'folder');
      for (const [name, content] of snapshotOf(folder, path)) found.set(name, content);
    } else if (entry.isSymbolicLink()) found.set(path, `-> ${readlinkSync(join(folder, path))}`);
    else found.set(path, readFileSync(join(folder, path), 'latin1'));
  }
  return found;
}
