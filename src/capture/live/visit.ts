/** Captures what one visit of the drain asks for: a session's log, with those of its sub-agents. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Bucket } from '../../bucket/home.ts';
import { type CaptureReport, captureSessions } from '../capture.ts';
import { isFileError } from '../file-error.ts';
import type { DescribeRepository } from '../project.ts';
import type { Beside } from './beside.ts';
import type { VisitResult } from './drain.ts';
import type { Visit } from './fold.ts';

export interface VisitOptions {
  readonly bucket: Bucket;
  readonly describeRepository: DescribeRepository;
  /** False for a folder whose sessions shall not be captured. */
  readonly isTracked: (cwd: string | null) => Promise<boolean>;
  /** True for a session that carries a do-not-save mark. */
  readonly isMarked: (sessionId: string) => boolean;
  /** Log of a session whose agent names no path in its payload; null when it cannot be told. */
  readonly locate: (agent: string, sessionId: string) => string | null;
  readonly beside: Beside;
}

/** The `capture` of {@link drainSpool} over a bucket. */
export function visitor(options: VisitOptions): (visit: Visit) => Promise<VisitResult> {
  return async (visit) => {
    const log = logOf(visit, options);
    if (isUnwanted(visit, options) || !(await options.isTracked(visit.cwd))) {
      await options.beside.forget(visit);
      return { outcome: 'excluded', log };
    }
    await options.beside.look(visit);
    const paths = await pathsOf(log);
    if (paths.length === 0) return { outcome: 'absent', code: 'OT_SOURCE_MISSING' };
    return captureOrAbsent(paths, visit, options);
  };
}

/** Only the codes that concern the log alone; what the bucket throws passes. */
async function captureOrAbsent(
  paths: readonly string[],
  visit: Visit,
  options: VisitOptions,
): Promise<VisitResult> {
  const { sessionId, cwd } = visit;
  try {
    const { bucket, describeRepository, isMarked } = options;
    // The id in the log counts as well: not every hook tells it.
    const selection = { isMarked, isTracked: async () => true, evenNamed: true };
    const report = await captureSessions({
      bucket,
      paths,
      describeRepository,
      selection,
      ...(sessionId === null ? {} : { session: sessionId }),
      ...(cwd === null ? {} : { fallbackFolder: cwd }),
    });
    const first = report.results.find(({ named }) => named);
    if (first?.status === 'error' || first?.status === 'skipped') {
      return notCaptured(first.code ?? 'OT_NOT_A_SESSION', paths[0]!);
    }
    if (first?.trace_id !== undefined) await options.beside.tell(first.trace_id, visit);
    return { outcome: 'captured', traces: changed(report), log: paths[0]! };
  } catch (error) {
    if (isFileError(error)) return notCaptured(error.code, paths[0]!);
    throw error;
  }
}

function notCaptured(code: string, log: string): VisitResult {
  return code === 'OT_SESSION_LEFT_OUT' ? { outcome: 'excluded', log } : { outcome: 'absent', code };
}

function changed({ totals }: CaptureReport): number {
  return totals.captured + totals.grown + totals.new_source + totals.mended;
}

function isUnwanted({ sessionId, transcript }: Visit, { isMarked }: VisitOptions): boolean {
  if (sessionId !== null && isMarked(sessionId)) return true;
  return transcript !== null && isMarked(basename(transcript).replace(/\.jsonl?$/, ''));
}

function logOf({ agent, transcript, sessionId }: Visit, { locate }: VisitOptions): string | null {
  return transcript ?? (sessionId === null ? null : locate(agent, sessionId));
}

/** A log that is a file, with the folder of its sub-agents where there is one. */
async function pathsOf(log: string | null): Promise<string[]> {
  if (log === null || (await kindOf(log)) !== 'file') return [];
  const agents = join(log.replace(/\.jsonl$/, ''), 'subagents');
  return (await kindOf(agents)) === 'folder' ? [log, agents] : [log];
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other'> {
  return stat(path).then(
    (stats) => (stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other'),
    () => 'other',
  );
}
