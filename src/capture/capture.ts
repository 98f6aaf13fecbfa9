/**
 * `git ot capture`: session files to traces in the bucket. A bad file never stops the others; a problem
 * with the bucket stops everything, and then nothing of the unfinished transaction is visible.
 */

import { OtError } from '../base/errors.ts';
import { subagentSessionId } from '../base/ids.ts';
import { LineSplitter } from '../base/jsonl.ts';
import type { Bucket } from '../bucket/home.ts';
import { withWritableBucket } from '../bucket/lane.ts';
import type { HashAlgorithm } from '../git/ports.ts';
import { SourceHasher, type StoredSource } from './derive.ts';
import { formatOf } from './formats.ts';
import type { TraceIdentity } from './identity.ts';
import { type DescribeRepository, ProjectResolver } from './project.ts';
import type { SessionFormat, SessionIdentity } from './session-source.ts';
import { fileInput, NEWLINE, READ_BYTES, readHead, type SourceInput, selectLines } from './source-input.ts';
import { type CapturedTrace, type CaptureStatus, CaptureTransaction, type Prepared } from './transaction.ts';
import { type FoundFile, findSessionFiles } from './walk.ts';

export interface CaptureOptions {
  readonly bucket: Bucket;
  /** Files and folders, absolute or relative to the process. */
  readonly paths: readonly string[];
  /** Folder the sessions belong to; by default the one each session names. */
  readonly project?: string;
  readonly describeRepository: DescribeRepository;
  /** Derive and write sessions anew even when they are unchanged: mends damaged traces. */
  readonly again?: boolean;
  /** Called after each file, for progress. */
  readonly onFile?: (result: FileResult) => void;
}

/** What became of one file, or of one sub-agent inside it. */
export interface FileResult {
  readonly path: string;
  readonly status: CaptureStatus | 'skipped' | 'error';
  readonly trace_id?: string;
  readonly agent?: string;
  readonly steps?: number;
  readonly limitations?: number;
  /** Set when the trace came from lines inside a parent's file. */
  readonly inline_subagent?: string;
  /** Why a file was skipped or failed: a stable code and words without content. */
  readonly code?: string;
  readonly message?: string;
  /** True when the user named this very file. */
  readonly named: boolean;
}

export interface CaptureReport {
  readonly results: readonly FileResult[];
  readonly commits: number;
  readonly totals: Readonly<Record<FileResult['status'], number>>;
}

/** Bytes of a file that decide its format. */
const HEAD_BYTES = 64 * 1024;
/** Failures that concern one file only. */
const FILE_CODES = /^OT_(SOURCE_|SESSION_|NOT_A_SESSION|FORMAT_UNKNOWN$)/;

/**
 * Captures every session below the given paths. Throws what the bucket throws (`OT_DISK_FULL`,
 * `OT_BUCKET_LOCKED`, ...) and, when a single named file is no session or unreadable, that file's error.
 */
export async function captureSessions(options: CaptureOptions): Promise<CaptureReport> {
  return withWritableBucket(options.bucket, (bucket) => captureUnderLock({ ...options, bucket }));
}

async function captureUnderLock(options: CaptureOptions): Promise<CaptureReport> {
  const { bucket, again = false } = options;
  const projects = new ProjectResolver(options.describeRepository);
  const transaction = new CaptureTransaction({ bucket, projects, again });
  const results: FileResult[] = [];
  const note = (result: FileResult): void => {
    results.push(result);
    options.onFile?.(result);
  };
  try {
    const files = findSessionFiles(options.paths, ({ path, error }) =>
      note({ path, status: 'error', code: error.code, message: error.message, named: false }),
    );
    for await (const group of inGroups(files, LOOK_AHEAD)) {
      for (const look of await lookAtAll(transaction, group)) {
        for (const result of await captureFile(transaction, look, options)) note(result);
        await transaction.settle();
      }
    }
    await transaction.flush();
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  return { results, commits: transaction.commits, totals: totalsOf(results) };
}

/** Files whose identity and stored state are looked up together, so that answers of git overlap. */
const LOOK_AHEAD = 32;

async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** What is known of a file before it is captured, or why it cannot be. */
interface Look {
  readonly file: FoundFile;
  readonly outcome: LookedAt | OtError;
}

interface LookedAt {
  readonly identity: SessionIdentity;
  readonly trace: TraceIdentity;
  readonly input: SourceInput;
  readonly prepared: Prepared;
}

/** Reading is one file after another; what is stored of all of them is asked together. */
async function lookAtAll(transaction: CaptureTransaction, files: readonly FoundFile[]): Promise<Look[]> {
  const looks: Promise<Look>[] = [];
  for (const file of files) {
    const found = await orFileError(() => identifyFile(transaction, file));
    const outcome =
      found instanceof OtError
        ? found
        : orFileError(async () => ({ ...found, prepared: await found.prepared() }));
    looks.push(Promise.resolve(outcome).then((settled) => ({ file, outcome: settled })));
  }
  return Promise.all(looks);
}

async function identifyFile(
  transaction: CaptureTransaction,
  file: FoundFile,
): Promise<Omit<LookedAt, 'prepared'> & { prepared: () => Promise<Prepared> }> {
  const format = detectFormat(file.path);
  const input = fileInput(file.path);
  const { identity, hashed } = await identify(format, file.path, input, transaction.algorithm);
  const parent = identity.parentSessionId === undefined ? {} : { parentSessionId: identity.parentSessionId };
  const trace = { format, sessionId: identity.sessionId, ...parent };
  return { identity, trace, input, prepared: () => transaction.prepare(trace, input, hashed) };
}

/** A failure that concerns one file only is an answer. */
async function orFileError<T>(work: () => Promise<T>): Promise<T | OtError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OtError && FILE_CODES.test(error.code)) return error;
    throw error;
  }
}

async function captureFile(
  transaction: CaptureTransaction,
  look: Look,
  options: CaptureOptions,
): Promise<FileResult[]> {
  const { file, outcome } = look;
  try {
    if (outcome instanceof OtError) throw outcome;
    return await captureSession(transaction, file, outcome, options.project ?? null);
  } catch (error) {
    if (!(error instanceof OtError) || !FILE_CODES.test(error.code)) throw error;
    transaction.abandonSession();
    if (file.named && options.paths.length === 1) throw error;
    const status = error.code.startsWith('OT_NOT_A_SESSION') ? 'skipped' : 'error';
    return [{ path: file.path, status, code: error.code, message: error.message, named: file.named }];
  }
}

async function captureSession(
  transaction: CaptureTransaction,
  file: FoundFile,
  { identity, trace, input, prepared }: LookedAt,
  project: string | null,
): Promise<FileResult[]> {
  const { format } = trace;
  const main = await transaction.add(trace, input, project, prepared);
  const common = { path: file.path, agent: format.agent, named: file.named };
  const results: FileResult[] = [{ ...common, ...resultOf(main) }];
  if (main.inlineSubagents.length === 0) return results;
  const owned = await linesByOwner(format, identity.sessionId, input, transaction.algorithm);
  for (const [agentId, lines] of owned) {
    const sub = await captureInline(transaction, { format, input, identity, agentId, ...lines, project });
    results.push({ ...common, ...sub, inline_subagent: agentId });
  }
  return results;
}

function resultOf(
  captured: CapturedTrace,
): Pick<FileResult, 'status' | 'trace_id' | 'steps' | 'limitations'> {
  const { status, traceId, steps, limitations } = captured;
  return { status, trace_id: traceId, steps, limitations };
}

interface OwnedLines {
  /** Numbers of the lines that are its own. */
  readonly lines: ReadonlySet<number>;
  /** What these lines are together, each closed by LF. */
  readonly hashed: StoredSource;
}

interface InlineSubagent extends OwnedLines {
  readonly format: SessionFormat;
  readonly input: SourceInput;
  readonly identity: SessionIdentity;
  readonly agentId: string;
  readonly project: string | null;
}

/** Lines of each inline sub-agent, in order of appearance: one look at the file for all of them. */
async function linesByOwner(
  format: SessionFormat,
  sessionId: string,
  input: SourceInput,
  algorithm: HashAlgorithm,
): Promise<ReadonlyMap<string, OwnedLines>> {
  const owned = new Map<string, { lines: Set<number>; hasher: SourceHasher }>();
  const ownersOf = format.lineOwners(sessionId);
  const splitter = new LineSplitter((line) => {
    for (const owner of ownersOf(line)) {
      const { lines, hasher } = owned.get(owner) ?? { lines: new Set(), hasher: new SourceHasher(algorithm) };
      owned.set(owner, { lines: lines.add(line.number), hasher });
      hasher.push(line.bytes);
      hasher.push(NEWLINE);
    }
  });
  for await (const bytes of input.read()) splitter.push(bytes);
  splitter.end();
  return new Map([...owned].map(([owner, { lines, hasher }]) => [owner, { lines, hashed: hasher.end() }]));
}

async function captureInline(
  transaction: CaptureTransaction,
  { format, identity, agentId, input, lines, hashed, project }: InlineSubagent,
): Promise<Pick<FileResult, 'status' | 'trace_id' | 'steps' | 'limitations'>> {
  const parentSessionId = identity.parentSessionId ?? identity.sessionId;
  const sessionId = subagentSessionId(parentSessionId, agentId);
  const own = selectLines(input, input.fileName, ({ number }) => lines.has(number));
  const trace = { format, sessionId, parentSessionId, inlineSubagent: agentId };
  const prepared = await transaction.prepare(trace, own, hashed);
  return resultOf(await transaction.add(trace, own, project, prepared));
}

function detectFormat(path: string): SessionFormat {
  const head = readHead(path, HEAD_BYTES);
  if (head.length === 0) {
    throw new OtError('OT_NOT_A_SESSION_EMPTY', 'usage', `${path} is empty`);
  }
  const format = formatOf(head, path);
  if (format !== null) return format;
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

function totalsOf(results: readonly FileResult[]): CaptureReport['totals'] {
  const totals = { captured: 0, grown: 0, new_source: 0, mended: 0, unchanged: 0, skipped: 0, error: 0 };
  for (const result of results) totals[result.status] += 1;
  return totals;
}
