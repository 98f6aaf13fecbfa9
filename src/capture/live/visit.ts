/** Captures what one visit of the drain asks for: a session's log, with those of its sub-agents. */
import { basename, dirname } from 'node:path';
import { OtError } from '../../base/errors.ts';
import type { Bucket } from '../../bucket/home.ts';
import { type CaptureReport, captureSessions } from '../capture.ts';
import { isFileError } from '../file-error.ts';
import type { DescribeRepository } from '../project.ts';
import type { Beside } from './beside.ts';
import type { VisitResult } from './drain.ts';
import type { Visit } from './fold.ts';
import { sessionPaths } from './session-paths.ts';

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
    try {
      return await attend(visit, options);
    } catch (error) {
      // A repository whose git never ends holds up its own sessions, and no others.
      if (error instanceof OtError && error.code === 'OT_GIT_TOO_SLOW')
        return { outcome: 'absent', code: error.code };
      throw error;
    }
  };
}

async function attend(visit: Visit, options: VisitOptions): Promise<VisitResult> {
  const log = logOf(visit, options);
  if (isUnwanted(visit, options) || !(await options.isTracked(visit.cwd))) {
    await options.beside.forget(visit);
    return { outcome: 'excluded', log };
  }
  await options.beside.look(visit);
  const paths = log === null ? [] : await sessionPaths(log);
  if (paths.length === 0) return { outcome: 'absent', code: 'OT_SOURCE_MISSING' };
  return captureOrAbsent(paths, visit, options);
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
    const [log = '', ...others] = paths;
    // A store holds many sessions: then it is the one that was asked for.
    const first = report.results.find(
      ({ path, subagent, named }) => path === log && subagent !== true && (named || sessionId !== null),
    );
    if (first?.status === 'error' || first?.status === 'skipped') {
      return notCaptured(first.code ?? 'OT_NOT_A_SESSION', log);
    }
    if (first?.trace_id !== undefined) await options.beside.tell(first.trace_id, visit);
    const beside = others.filter((path) => dirname(path) === dirname(log)).map((path) => basename(path));
    return { outcome: 'captured', traces: changed(report), log, ...(beside.length === 0 ? {} : { beside }) };
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
