/**
 * `git ot capture`: session files to traces in the bucket. A bad file never stops the others; a problem
 * with the bucket stops everything, and then nothing of the unfinished transaction is visible.
 */

import { OtError } from '../base/errors.ts';
import { subagentSessionId } from '../base/ids.ts';
import { LineSplitter } from '../base/jsonl.ts';
import type { Bucket } from '../bucket/home.ts';
import { withLock } from '../bucket/lock.ts';
import { formatOf } from './formats.ts';
import { type DescribeRepository, ProjectResolver } from './project.ts';
import type { SessionFormat, SessionIdentity } from './session-source.ts';
import { fileInput, readHead, type SourceInput, selectLines } from './source-input.ts';
import { type CaptureStatus, CaptureTransaction } from './transaction.ts';
import { type FoundFile, findSessionFiles } from './walk.ts';

export interface CaptureOptions {
  readonly bucket: Bucket;
  /** Files and folders, absolute or relative to the process. */
  readonly paths: readonly string[];
  /** Folder the sessions belong to; by default the one each session names. */
  readonly project?: string;
  readonly describeRepository: DescribeRepository;
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
const FILE_CODES = /^OT_(SOURCE_|SESSION_|NOT_A_SESSION)/;

/**
 * Captures every session below the given paths. Throws what the bucket throws (`OT_DISK_FULL`,
 * `OT_BUCKET_LOCKED`, ...) and, when a single named file is no session or unreadable, that file's error.
 */
export async function captureSessions(options: CaptureOptions): Promise<CaptureReport> {
  const { bucket } = options;
  return withLock(bucket.home, bucket.platform, () => captureUnderLock(options));
}

async function captureUnderLock(options: CaptureOptions): Promise<CaptureReport> {
  const transaction = new CaptureTransaction(options.bucket, new ProjectResolver(options.describeRepository));
  const results: FileResult[] = [];
  const note = (result: FileResult): void => {
    results.push(result);
    options.onFile?.(result);
  };
  try {
    const files = findSessionFiles(options.paths, ({ path, error }) =>
      note({ path, status: 'error', code: error.code, message: error.message, named: false }),
    );
    for await (const file of files) {
      for (const result of await captureFile(transaction, file, options)) note(result);
      await transaction.settle();
    }
    await transaction.flush();
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  return { results, commits: transaction.commits, totals: totalsOf(results) };
}

async function captureFile(
  transaction: CaptureTransaction,
  file: FoundFile,
  options: CaptureOptions,
): Promise<FileResult[]> {
  try {
    return await captureSession(transaction, file, options.project ?? null);
  } catch (error) {
    if (!(error instanceof OtError) || !FILE_CODES.test(error.code)) throw error;
    if (file.named && options.paths.length === 1) throw error;
    const status = error.code.startsWith('OT_NOT_A_SESSION') ? 'skipped' : 'error';
    return [{ path: file.path, status, code: error.code, message: error.message, named: file.named }];
  }
}

async function captureSession(
  transaction: CaptureTransaction,
  file: FoundFile,
  project: string | null,
): Promise<FileResult[]> {
  const format = await detectFormat(file.path);
  const input = await fileInput(file.path);
  const identity = await identify(format, file.path, input);
  const parent = identity.parentSessionId === undefined ? {} : { parentSessionId: identity.parentSessionId };
  const main = await transaction.add({ format, sessionId: identity.sessionId, ...parent }, input, project);
  const common = { path: file.path, agent: format.agent, named: file.named };
  const results: FileResult[] = [
    {
      ...common,
      status: main.status,
      trace_id: main.traceId,
      steps: main.steps,
      limitations: main.limitations,
    },
  ];
  if (main.inlineSubagents.length === 0) return results;
  const owned = await linesByOwner(format, identity.sessionId, input);
  for (const [agentId, lines] of owned) {
    const sub = await captureInline(transaction, { format, input, identity, agentId, lines, project });
    results.push({ ...common, ...sub, inline_subagent: agentId });
  }
  return results;
}

interface InlineSubagent {
  readonly format: SessionFormat;
  readonly input: SourceInput;
  readonly identity: SessionIdentity;
  readonly agentId: string;
  /** Numbers of the lines that are its own. */
  readonly lines: ReadonlySet<number>;
  readonly project: string | null;
}

/** Line numbers of each inline sub-agent, in order of appearance: one look at the file for all of them. */
async function linesByOwner(
  format: SessionFormat,
  sessionId: string,
  input: SourceInput,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const owned = new Map<string, Set<number>>();
  const ownersOf = format.lineOwners(sessionId);
  const splitter = new LineSplitter((line) => {
    for (const owner of ownersOf(line)) {
      const lines = owned.get(owner) ?? new Set();
      owned.set(owner, lines.add(line.number));
    }
  });
  for await (const bytes of input.read()) splitter.push(bytes);
  splitter.end();
  return owned;
}

async function captureInline(
  transaction: CaptureTransaction,
  inline: InlineSubagent,
): Promise<Pick<FileResult, 'status' | 'trace_id' | 'steps' | 'limitations'>> {
  const { format, agentId } = inline;
  const parentSessionId = inline.identity.parentSessionId ?? inline.identity.sessionId;
  const sessionId = subagentSessionId(parentSessionId, agentId);
  const lines = selectLines(inline.input, inline.input.fileName, ({ number }) => inline.lines.has(number));
  const sub = await transaction.add(
    { format, sessionId, parentSessionId, inlineSubagent: agentId },
    lines,
    inline.project,
  );
  return { status: sub.status, trace_id: sub.traceId, steps: sub.steps, limitations: sub.limitations };
}

async function detectFormat(path: string): Promise<SessionFormat> {
  const head = await readHead(path, HEAD_BYTES);
  if (head.length === 0) {
    throw new OtError('OT_NOT_A_SESSION_EMPTY', 'usage', `${path} is empty`);
  }
  const format = formatOf(head, path);
  if (format !== null) return format;
  throw new OtError('OT_NOT_A_SESSION', 'usage', `${path} is not a session of an agent git-ot knows`, {
    hint: 'git-ot reads the session logs that agents write themselves, see: git ot capture --help',
  });
}

async function identify(format: SessionFormat, path: string, input: SourceInput): Promise<SessionIdentity> {
  const scan = format.identify(path);
  const splitter = new LineSplitter((line) => scan.push(line));
  for await (const bytes of input.read()) {
    splitter.push(bytes);
    if (scan.settled === true) break;
  }
  splitter.end();
  const identity = scan.end();
  if (identity !== null) return identity;
  throw new OtError('OT_NOT_A_SESSION', 'usage', `${path} holds no entry of a ${format.agent} session`);
}

function totalsOf(results: readonly FileResult[]): CaptureReport['totals'] {
  const totals = { captured: 0, grown: 0, new_source: 0, unchanged: 0, skipped: 0, error: 0 };
  for (const result of results) totals[result.status] += 1;
  return totals;
}
