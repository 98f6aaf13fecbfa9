/**
 * `git ot capture`: session files to traces in the bucket. A bad file never stops the others; a problem
 * with the bucket stops everything, and then nothing of the unfinished transaction is visible.
 */

import { OtError } from '../base/errors.ts';
import type { Bucket } from '../bucket/home.ts';
import { withWritableBucket } from '../bucket/lane.ts';
import { mayBeStore } from './candidates.ts';
import { type CapturedFile, FileCache, isFolder } from './file-cache.ts';
import { isFileError } from './file-error.ts';
import type { TraceIdentity } from './identity.ts';
import { captureInlineSubagents } from './inline-subagents.ts';
import { type Cached, type Look, type LookedAt, lookAtFiles } from './look.ts';
import { type DescribeRepository, ProjectResolver } from './project.ts';
import type { Selection } from './selection.ts';
import { type CapturedTrace, type CaptureStatus, CaptureTransaction } from './transaction.ts';
import { type FoundFile, findSessionFiles } from './walk.ts';

export interface CaptureOptions {
  readonly bucket: Bucket;
  /** Files and folders, absolute or relative to the process. */
  readonly paths: readonly string[];
  /** Folder the sessions belong to; by default the one each session names. */
  readonly project?: string;
  readonly describeRepository: DescribeRepository;
  /** Native id of a session: of places that hold many, only it and its sub-agents are captured. */
  readonly session?: string;
  /** Which of the sessions in folders and stores are taken; all by default. */
  readonly selection?: Selection;
  /** Folder of sessions that name none. */
  readonly fallbackFolder?: string;
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
  /** Set when the trace is a sub-agent's, in a file of its own or not. */
  readonly subagent?: true;
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
  const transaction = new CaptureTransaction({
    bucket,
    projects,
    again,
    fallbackFolder: options.fallbackFolder ?? null,
  });
  const memory = await FileMemory.open(options);
  const results: FileResult[] = [];
  const note = (result: FileResult): void => {
    results.push(result);
    options.onFile?.(result);
  };
  try {
    const files = findSessionFiles(options.paths, ({ path, error }) =>
      note({ path, status: 'error', code: error.code, message: error.message, named: false }),
    );
    for await (const look of lookAtFiles(
      { transaction, cache: memory.cache, session: options.session, selection: options.selection },
      files,
    )) {
      for (const result of await captureFile(transaction, look, options, memory)) note(result);
      await transaction.settle();
    }
    await transaction.flush();
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  await memory.save();
  return { results, commits: transaction.commits, totals: totalsOf(results) };
}

async function captureFile(
  transaction: CaptureTransaction,
  look: Look,
  options: CaptureOptions,
  memory: FileMemory,
): Promise<FileResult[]> {
  const { file, outcome } = look;
  try {
    if (outcome instanceof OtError) throw outcome;
    if (outcome.known !== undefined) return [unchangedResult(file, outcome.known)];
    const { results, main } = await captureSession(transaction, file, outcome, options.project ?? null);
    memory.remember(look, main, outcome.trace);
    return results;
  } catch (error) {
    if (!isFileError(error)) throw error;
    transaction.abandonSession();
    if (file.named && options.paths.length === 1) throw error;
    const status = SKIPPED.test(error.code) ? 'skipped' : 'error';
    return [{ path: file.path, status, code: error.code, message: error.message, named: file.named }];
  }
}

/** No session, or one that is left out. */
const SKIPPED = /^OT_(?:NOT_A_SESSION|SESSION_LEFT_OUT$)/;

function unchangedResult({ path, named }: FoundFile, known: CapturedFile): FileResult {
  const { agent, traceId, steps, limitations, subagent } = known;
  const common = { path, agent, named, ...(subagent ? { subagent } : {}) };
  return { ...common, status: 'unchanged', trace_id: traceId, steps, limitations };
}

async function captureSession(
  transaction: CaptureTransaction,
  file: FoundFile,
  { identity, trace, input, prepared }: LookedAt,
  project: string | null,
): Promise<{ results: FileResult[]; main: CapturedTrace }> {
  const { format } = trace;
  const main = await transaction.add(trace, input, project, prepared);
  const common = { path: file.path, agent: format.agent, named: file.named };
  const isSubagent = trace.parentSessionId !== undefined;
  const results: FileResult[] = [{ ...common, ...(isSubagent ? { subagent: true } : {}), ...resultOf(main) }];
  if (main.inlineSubagents.length === 0) return { results, main };
  for await (const [agentId, sub] of captureInlineSubagents(transaction, {
    format,
    identity,
    input,
    project,
  }))
    results.push({ ...common, ...resultOf(sub), subagent: true, inline_subagent: agentId });
  return { results, main };
}

function resultOf(
  captured: CapturedTrace,
): Pick<FileResult, 'status' | 'trace_id' | 'steps' | 'limitations'> {
  const { status, traceId, steps, limitations } = captured;
  return { status, trace_id: traceId, steps, limitations };
}

/** What this capture adds to the file cache, once everything is in the bucket. */
class FileMemory {
  readonly cache: FileCache | null;
  /** Two files of one session change one trace: the last state of it counts for both. */
  readonly #traces = new Map<string, CapturedTrace>();
  readonly #read: (Cached & { agent: string; traceId: string; subagent: boolean })[] = [];

  private constructor(cache: FileCache | null) {
    this.cache = cache;
  }

  /** A capture of named sessions is of those that changed: it looks at no cache, and leaves it as it is. */
  static async open({ bucket, paths, session, again }: CaptureOptions): Promise<FileMemory> {
    const many = session === undefined && paths.some((path) => isFolder(path) || mayBeStore(path));
    if (again === true || !many) return new FileMemory(null);
    return new FileMemory(await FileCache.open(bucket.home, bucket.platform));
  }

  remember({ cached }: Look, captured: CapturedTrace, trace: TraceIdentity): void {
    const { traceId } = captured;
    this.#traces.set(traceId, captured);
    if (cached === null) return;
    const subagent = trace.parentSessionId !== undefined;
    this.#read.push({ ...cached, agent: trace.format.agent, traceId, subagent });
  }

  async save(): Promise<void> {
    for (const { place, stamp, agent, traceId, subagent } of this.#read)
      this.cache?.note(place, stamp, { ...this.#traces.get(traceId)!, agent, subagent });
    await this.cache?.save();
  }
}

function totalsOf(results: readonly FileResult[]): CaptureReport['totals'] {
  const totals = { captured: 0, grown: 0, new_source: 0, mended: 0, unchanged: 0, skipped: 0, error: 0 };
  for (const result of results) totals[result.status] += 1;
  return totals;
}
