/** Buckets in temporary folders: made, captured into, looked at, and verified after every write. */
import { expect } from 'vitest';
import type { TraceCopy } from '../../src/bucket/find.ts';
import type { Finding } from '../../src/bucket/findings.ts';
import { type Bucket, type Engine, openOrCreateBucket } from '../../src/bucket/home.ts';
import { allCopies } from '../../src/bucket/list.ts';
import { ownShelf } from '../../src/bucket/shelves.ts';
import { TraceFolder } from '../../src/bucket/trace-folder.ts';
import { verifyBucket } from '../../src/bucket/verify.ts';
import { type CaptureOptions, type CaptureReport, captureSessions } from '../../src/capture/capture.ts';
import type { HashAlgorithm } from '../../src/git/ports.ts';
import { fsckFull } from '../../src/git/program/fsck.ts';
import { initBare, openRepository } from '../../src/git/program/repository.ts';
import type { GitProgram } from '../../src/git/spawn.ts';
import { tempDir, testGit } from './git-env.ts';
import { testPlatform } from './platform.ts';

/** The git engine over a hermetic git. */
export function testEngine(git: GitProgram): Engine {
  return {
    open: (gitDir) => openRepository(git, gitDir),
    initBare: (gitDir, algorithm, config) => initBare(git, gitDir, { algorithm, config }),
    isAncestor: async (gitDir, ancestor, descendant) => {
      const args = ['merge-base', '--is-ancestor', ancestor, descendant];
      return (await git.run(args, { gitDir, okCodes: [0, 1] })).code === 0;
    },
  };
}

export interface BucketOptions {
  /** Default: a fresh folder. */
  readonly home?: string;
  readonly machineId?: string;
  readonly algorithm?: HashAlgorithm;
}

/** One `OT_HOME` of one pretended machine. */
export class TestBucket {
  readonly home: string;
  readonly git: GitProgram;
  readonly engine: Engine;
  bucket: Bucket;
  readonly #options: BucketOptions;

  private constructor(options: BucketOptions, git: GitProgram, bucket: Bucket) {
    this.home = bucket.home;
    this.git = git;
    this.engine = testEngine(git);
    this.bucket = bucket;
    this.#options = options;
  }

  /** Opens the bucket of a home, making it when there is none. */
  static async open(options: BucketOptions = {}): Promise<TestBucket> {
    const git = testGit();
    const home = options.home ?? `${tempDir('git-ot-bucket-')}/home`;
    const bucket = await openOrCreateBucket(
      { home, engine: testEngine(git), platform: testPlatform(machineOf(options)) },
      options.algorithm,
    );
    return new TestBucket({ ...options, home }, git, bucket);
  }

  get gitDir(): string {
    return this.bucket.gitDir;
  }

  /** A new look at the same home, as another process of this machine would have it. */
  async reopen(): Promise<void> {
    await this.close();
    this.bucket = (await TestBucket.open(this.#options)).bucket;
  }

  async close(): Promise<void> {
    await this.bucket.repository.objects.close();
  }

  capture(paths: readonly string[], options: Partial<CaptureOptions> = {}): Promise<CaptureReport> {
    return captureSessions({
      bucket: this.bucket,
      paths,
      describeRepository: async () => null,
      ...options,
    });
  }

  /** Output of a plain git command in the bucket's repository. */
  async plainGit(...args: string[]): Promise<string> {
    return (await this.git.text(args, { gitDir: this.gitDir })).trim();
  }

  /** All refs with their ids: equal texts mean that nothing moved. */
  refs(): Promise<string> {
    return this.plainGit('for-each-ref', '--format=%(refname) %(objectname)');
  }

  copies(): Promise<readonly TraceCopy[]> {
    return allCopies(ownShelf(this.bucket));
  }

  /** Tree id of every trace, by trace id. */
  async trees(): Promise<Map<string, string>> {
    const copies = await this.copies();
    const sorted = [...copies].sort((left, right) => (left.traceId < right.traceId ? -1 : 1));
    return new Map(sorted.map(({ traceId, tree }) => [traceId, tree]));
  }

  async folder(traceId: string): Promise<TraceFolder> {
    const tree = (await this.trees()).get(traceId);
    if (tree === undefined) throw new Error(`no trace ${traceId}`);
    return new TraceFolder(this.bucket.repository.objects, traceId, tree);
  }

  /** Exact bytes of a stored source. */
  async source(traceId: string, source = 0): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of (await this.folder(traceId)).readSource(source)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** What `bucket verify --full` finds. */
  async findings(): Promise<readonly Finding[]> {
    await this.reopen();
    const report = await verifyBucket({
      home: this.home,
      shelves: [ownShelf(this.bucket)],
      fsck: () => fsckFull(this.git, this.gitDir),
    });
    return report.findings;
  }
}

function machineOf({ machineId }: BucketOptions): { machineId?: string } {
  return machineId === undefined ? {} : { machineId };
}

/** The post-condition of every write: a full verify finds nothing. */
export async function expectVerified(...buckets: readonly TestBucket[]): Promise<void> {
  for (const bucket of buckets) expect(await bucket.findings()).toEqual([]);
}
