/** The first look at a session file: whose it is, what the bucket has of it, or why it cannot be captured. */
import { OtError } from '../base/errors.ts';
import { LineSplitter } from '../base/jsonl.ts';
import type { HashAlgorithm } from '../git/ports.ts';
import { type Candidate, candidatesIn } from './candidates.ts';
import { SourceHasher, type StoredSource } from './derive.ts';
import {
  type CachedPlace,
  type CapturedFile,
  type FileCache,
  type FileStamp,
  filePlace,
  storedPlace,
} from './file-cache.ts';
import { orFileError } from './file-error.ts';
import { formatOf } from './formats.ts';
import type { TraceIdentity } from './identity.ts';
import { assertTaken, isAskedFor, type Selection } from './selection.ts';
import type { SessionFormat, SessionIdentity } from './session-source.ts';
import type { StoredSession } from './session-store.ts';
import { fileInput, READ_BYTES, readHead, type SourceInput } from './source-input.ts';
import type { CaptureTransaction, Prepared } from './transaction.ts';
import type { FoundFile } from './walk.ts';
import { whereaboutsIn } from './whereabouts.ts';

export interface Look {
  readonly file: FoundFile;
  /** What the cache may know of, and its state before it was read; null when no cache is in use. */
  readonly cached: Cached | null;
  readonly outcome: Unread | LookedAt | OtError;
}

export interface Cached {
  readonly place: CachedPlace;
  readonly stamp: FileStamp;
}

/** A session that is in the bucket as it is now, known without reading it. */
export interface Unread {
  readonly known: CapturedFile;
}

export interface LookedAt {
  readonly known?: undefined;
  readonly identity: SessionIdentity;
  readonly trace: TraceIdentity;
  readonly input: SourceInput;
  readonly prepared: Prepared;
}

/** Bytes of a file that decide its format. */
const HEAD_BYTES = 64 * 1024;

/** Files whose stored state is looked up together, so that answers of git overlap. */
const LOOK_AHEAD = 32;

type Outcome = Look['outcome'];

export interface LookOptions {
  readonly transaction: CaptureTransaction;
  readonly cache: FileCache | null;
  /** Native id: of places that hold many sessions, only this one and its sub-agents are looked at. */
  readonly session: string | undefined;
  readonly selection: Selection | undefined;
}

/** Looks at the files in groups: the next one only when the looks of the last are used up. */
export async function* lookAtFiles(
  { transaction, cache, session, selection }: LookOptions,
  files: AsyncIterable<FoundFile>,
): AsyncIterable<Look> {
  let group: Promise<Look>[] = [];
  for await (const candidate of candidatesOf(files, session)) {
    const { file } = candidate;
    const chosen = file.named && selection?.evenNamed !== true ? undefined : selection;
    if (chosen !== undefined && !isAskedFor(candidate, chosen)) continue;
    const cached = cachedOf(candidate, cache);
    const outcome =
      (await unread(transaction, cache, cached)) ?? (await readOnce(transaction, candidate, chosen));
    group.push(outcome().then((settled) => ({ file, cached, outcome: settled })));
    if (group.length < LOOK_AHEAD) continue;
    yield* await Promise.all(group);
    group = [];
  }
  yield* await Promise.all(group);
}

async function* candidatesOf(
  files: AsyncIterable<FoundFile>,
  session: string | undefined,
): AsyncIterable<Candidate> {
  for await (const file of files) yield* candidatesIn(file, session);
}

function cachedOf({ file, stored }: Candidate, cache: FileCache | null): Cached | null {
  if (cache === null || stored instanceof OtError) return null;
  const place = stored === undefined ? filePlace(file.path) : placeOf(file.path, stored);
  const stamp = cache.stamp(place);
  return stamp === null ? null : { place, stamp };
}

function placeOf(path: string, { identity, files }: StoredSession): CachedPlace {
  return storedPlace(path, identity.sessionId, files);
}

async function unread(
  transaction: CaptureTransaction,
  cache: FileCache | null,
  cached: Cached | null,
): Promise<(() => Promise<Outcome>) | null> {
  const known = cached === null ? null : (cache?.find(cached.place, cached.stamp) ?? null);
  if (known === null || !(await transaction.holds(known.traceId, known.tree))) return null;
  return async () => ({ known });
}

/** Reads one file, strictly after the one before it; the answer asks the bucket, and may wait for others. */
async function readOnce(
  transaction: CaptureTransaction,
  { file, stored }: Candidate,
  selection: Selection | undefined,
): Promise<() => Promise<Outcome>> {
  if (stored instanceof OtError) return async () => stored;
  if (stored !== undefined)
    return () => orFileError(() => lookAtStored(transaction, file, stored, selection));
  const found = await orFileError(() => identifyFile(transaction, file, selection));
  if (found instanceof OtError) return async () => found;
  const { identity, trace, input, prepared } = found;
  return () => orFileError(async () => ({ identity, trace, input, prepared: await prepared() }));
}

async function lookAtStored(
  transaction: CaptureTransaction,
  { path }: FoundFile,
  { identity, directory, input, format }: StoredSession & { readonly format: SessionFormat },
  selection: Selection | undefined,
): Promise<LookedAt> {
  if (selection !== undefined) await assertTaken(selection, path, identity, () => directory);
  const trace = traceOf(format, identity);
  return { identity, trace, input, prepared: await transaction.prepare(trace, input) };
}

function traceOf(format: SessionFormat, identity: SessionIdentity): TraceIdentity {
  const { sessionId, parentSessionId } = identity;
  return { format, sessionId, ...(parentSessionId === undefined ? {} : { parentSessionId }) };
}

async function identifyFile(
  transaction: CaptureTransaction,
  file: FoundFile,
  selection: Selection | undefined,
): Promise<Omit<LookedAt, 'prepared'> & { prepared: () => Promise<Prepared> }> {
  const { format, head } = detectFormat(file.path);
  const input = fileInput(file.path);
  const { identity, hashed } = await identify(format, file.path, input, transaction.algorithm);
  if (selection !== undefined)
    await assertTaken(selection, file.path, identity, () => whereaboutsIn(head).cwd);
  const trace = traceOf(format, identity);
  return { identity, trace, input, prepared: () => transaction.prepare(trace, input, hashed) };
}

function detectFormat(path: string): { format: SessionFormat; head: Buffer } {
  const head = readHead(path, HEAD_BYTES);
  if (head.length === 0) {
    throw new OtError('OT_NOT_A_SESSION_EMPTY', 'usage', `${path} is empty`);
  }
  const format = formatOf(head, path);
  if (format !== null) return { format, head };
  throw new OtError('OT_NOT_A_SESSION', 'usage', `${path} is not a session of an agent git-ot knows`, {
    hint: 'git-ot reads the session logs that agents write themselves, see: git ot capture --help',
  });
}

/** Shared by all files, which are identified strictly one after another. */
const SCRATCH = Buffer.allocUnsafe(READ_BYTES);

/** A file that has to be read to its end to be identified is hashed on the way. */
async function identify(
  format: SessionFormat,
  path: string,
  input: SourceInput,
  algorithm: HashAlgorithm,
): Promise<{ identity: SessionIdentity; hashed: StoredSource | undefined }> {
  const scan = format.identify(path);
  const splitter = new LineSplitter((line) => scan.push(line));
  const hasher = new SourceHasher(algorithm);
  let settled = false;
  for await (const bytes of input.read(SCRATCH)) {
    splitter.push(bytes);
    settled = scan.settled === true;
    if (settled) break;
    hasher.push(bytes);
  }
  if (!settled) splitter.end();
  const identity = scan.end();
  if (identity !== null) return { identity, hashed: settled ? undefined : hasher.end() };
  throw new OtError('OT_NOT_A_SESSION', 'usage', `${path} holds no entry of a ${format.agent} session`);
}
