/**
 * `$OT_HOME`: where the bucket lives, how it is made, and which lane this machine writes. `bucket.json`
 * beside the repository holds what git has no place for: the layout version, the lane and the machine it
 * belongs to.
 */

import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { appendFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { isSystemError, OtError } from '../base/errors.ts';
import { makeFolders } from '../base/folders.ts';
import type { Platform } from '../base/platform.ts';
import type { HashAlgorithm, Oid, Repository } from '../git/ports.ts';
import { guardSettings, HIDE_RAW, writePrePush } from './guards.ts';
import { BUCKET_FORMAT } from './layout.ts';
import { withLock } from './lock.ts';
import { unreadable, unwritable } from './storage.ts';

/** How a bucket's repository is opened and made: the git engine, or a reader that needs no git program. */
export interface Engine {
  open(gitDir: string): Promise<Repository>;
  /** Makes a bare repository with these extra settings; rejects where the engine cannot write. */
  initBare(gitDir: string, algorithm: HashAlgorithm, config: Readonly<Record<string, string>>): Promise<void>;
  isAncestor(gitDir: string, ancestor: Oid, descendant: Oid): Promise<boolean>;
}

const LaneFile = z.looseObject({
  format: z.int(),
  lane: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  machine: z.string(),
});
type LaneFile = z.infer<typeof LaneFile>;

export interface Bucket {
  readonly home: string;
  readonly gitDir: string;
  readonly repository: Repository;
  readonly lane: string;
  /** False when this folder is a copy of another machine's (or place's) bucket: a new lane must begin. */
  readonly laneIsOurs: boolean;
  readonly platform: Platform;
}

export interface OpenOptions {
  readonly home: string;
  readonly engine: Engine;
  readonly platform: Platform;
}

/** Names that git-ot itself puts into `$OT_HOME`. */
export const OUR_NAMES =
  /^(bucket\.git|bucket\.json|cache|remotes|spool|hooks|paused|do-not-save|lock\.\d+|tmp_.*|\.DS_Store)$/;

export function bucketGitDir(home: string): string {
  return join(home, 'bucket.git');
}

/** Opens an existing bucket for reading; writes nothing. Throws `OT_NO_BUCKET` (exit 6) when there is none. */
export async function openBucket(options: OpenOptions): Promise<Bucket> {
  const lane = readLaneFile(options.home);
  if (lane === null) throw noBucket(options.home);
  return assemble(options, lane);
}

/** Opens the bucket, making it on first use. Throws `OT_NOT_A_BUCKET` on a folder that holds other things. */
export async function openOrCreateBucket(
  options: OpenOptions,
  algorithm: HashAlgorithm = 'sha1',
): Promise<Bucket> {
  const present = readLaneFile(options.home);
  if (present !== null) return assemble(options, present);
  await assertOurs(options.home);
  makeHome(options.home);
  return withLock(options.home, options.platform, async () => {
    const raced = readLaneFile(options.home);
    if (raced !== null) return assemble(options, raced);
    const made = await makeRepository(options, algorithm);
    return assemble(
      options,
      await writeLane(options, made ? fingerprint(options.home, options.platform) : LOST),
    );
  });
}

/** Records a fresh lane of this machine and place; the caller has moved the refs (see `lane.ts`). */
export async function writeNewLane(options: Omit<OpenOptions, 'engine'>, lane: string): Promise<void> {
  await writeLane(options, fingerprint(options.home, options.platform), lane);
}

/** Owner of a lane whose `bucket.json` was lost: nobody's, so that the next writer begins one of its own. */
const LOST = 'lost';

async function writeLane(
  { home, platform }: Omit<OpenOptions, 'engine'>,
  machine: string,
  lane = platform.randomHex(8),
): Promise<LaneFile> {
  const file: LaneFile = { format: BUCKET_FORMAT, lane, machine };
  const draft = join(home, `tmp_bucket_${platform.randomHex(4)}.json`);
  try {
    await writeFile(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(draft, join(home, 'bucket.json'));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw unwritable(home, error);
  }
  return file;
}

async function assemble(options: OpenOptions, file: LaneFile): Promise<Bucket> {
  const { home, platform } = options;
  const gitDir = bucketGitDir(home);
  const repository = await openRepository(options.engine, gitDir);
  const laneIsOurs = file.machine === fingerprint(home, platform);
  return { home, gitDir, repository, lane: file.lane, laneIsOurs, platform };
}

async function openRepository(engine: Engine, gitDir: string): Promise<Repository> {
  try {
    return await engine.open(gitDir);
  } catch (cause) {
    if (!(cause instanceof OtError) || cause.code !== 'OT_NOT_A_REPOSITORY') throw cause;
    throw new OtError('OT_BUCKET_DAMAGED', 'corrupt', `${gitDir} is not a git repository`, {
      hint: 'restore it from a backup; to begin an empty bucket, delete it and bucket.json beside it',
      cause,
    });
  }
}

/** The same bucket with its lane read again. */
export async function refreshLane(bucket: Bucket): Promise<Bucket> {
  const file = readLaneFile(bucket.home);
  if (file === null) throw noBucket(bucket.home);
  const laneIsOurs = file.machine === fingerprint(bucket.home, bucket.platform);
  return { ...bucket, lane: file.lane, laneIsOurs };
}

/** Tells this place from a copy of it: the machine's id and the folder's real path, hashed. */
function fingerprint(home: string, platform: Platform): string {
  const place = realpathSync(home);
  return createHash('sha256').update(`${platform.machineId}\0${place}`).digest('hex').slice(0, 16);
}

function readLaneFile(home: string): LaneFile | null {
  let text: string;
  try {
    text = readFileSync(join(home, 'bucket.json'), 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    throw unreadable(home, error);
  }
  return decodeLaneFile(home, text);
}

function decodeLaneFile(home: string, text: string): LaneFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damagedLane(home);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > BUCKET_FORMAT) throw newerFormat(home, format);
  const parsed = LaneFile.safeParse(value);
  if (!parsed.success) throw damagedLane(home);
  return parsed.data;
}

async function assertOurs(home: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(home);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    if (isSystemError(error, 'ENOTDIR')) throw notABucket(home, 'it is a file');
    throw unreadable(home, error);
  }
  const foreign = names.find((name) => !OUR_NAMES.test(name));
  if (foreign !== undefined) throw notABucket(home, `it holds other things, such as '${foreign}'`);
}

function makeHome(home: string): void {
  try {
    makeFolders(home, 0o700);
  } catch (error) {
    throw unwritable(home, error);
  }
}

/**
 * Made under another name and renamed, so that a killed first run leaves no half repository. False when
 * there is one already.
 */
async function makeRepository(options: OpenOptions, algorithm: HashAlgorithm): Promise<boolean> {
  const gitDir = bucketGitDir(options.home);
  if ((await readdir(options.home)).includes('bucket.git')) return false;
  const draft = join(options.home, `tmp_bucket_${options.platform.randomHex(4)}.git`);
  try {
    await options.engine.initBare(draft, algorithm, guardSettings(options.home));
    await appendFile(join(draft, 'config'), HIDE_RAW);
    await writeFile(join(draft, 'description'), 'git-ot bucket: private evidence, see git-ot(1)\n');
    await writePrePush(draft);
    await rename(draft, gitDir);
    return true;
  } catch (error) {
    const reason = await storageReason(options, error);
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw reason;
  }
}

/** `git init` does not always say that the disk is full: a write of our own beside it tells. */
async function storageReason({ home, platform }: OpenOptions, error: unknown): Promise<unknown> {
  if (!(error instanceof OtError) || error.code !== 'OT_GIT_FAILED') return unwritable(home, error);
  const probe = join(home, `tmp_probe_${platform.randomHex(4)}`);
  try {
    await writeFile(probe, Buffer.alloc(PROBE_BYTES), { flush: true });
    return error;
  } catch (cause) {
    return unwritable(home, cause);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** Room that an empty repository takes, and some more. */
const PROBE_BYTES = 64 * 1024;

function noBucket(home: string): OtError {
  return new OtError('OT_NO_BUCKET', 'not_found', `there is no bucket at ${home}`, {
    hint: 'capture a session first: git ot capture PATH',
  });
}

function notABucket(home: string, why: string): OtError {
  return new OtError('OT_NOT_A_BUCKET', 'usage', `${home} is not a bucket: ${why}`, {
    hint: 'set OT_HOME to an empty or new folder',
  });
}

function damagedLane(home: string): OtError {
  return new OtError('OT_BUCKET_DAMAGED', 'corrupt', `${join(home, 'bucket.json')} cannot be read`, {
    hint: 'delete that file: the next capture begins a new lane and keeps all traces',
  });
}

function newerFormat(home: string, format: number): OtError {
  return new OtError(
    'OT_FORMAT_UNKNOWN',
    'usage',
    `the bucket at ${home} has format ${format}; this git-ot knows up to ${BUCKET_FORMAT}`,
    { hint: 'upgrade git-ot' },
  );
}
