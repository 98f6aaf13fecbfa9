/** The drain over the application: what `capture drain` runs, and what reading commands run on leftovers. */
import { OtError } from '../base/errors.ts';
import { Beside } from '../capture/live/beside.ts';
import { type DrainReport, drainSpool } from '../capture/live/drain.ts';
import { drainAtWork } from '../capture/live/marker.ts';
import { listSpool } from '../capture/live/spool.ts';
import { markedSessions, trackingOf } from '../capture/live/tracking.ts';
import { visitor } from '../capture/live/visit.ts';
import { describeCodeRepository, packedTip } from '../git/code-repository.ts';
import { withTimeLimit } from '../git/spawn.ts';
import { sessionLog } from './agent-folders.ts';
import type { App } from './app.ts';
import { startLooker } from './start-look.ts';
import { turnLook } from './turn-look.ts';
import { withBucket } from './with-bucket.ts';

const NOTHING: DrainReport = { events: 0, captures: 0, traces: 0, set_aside: 0 };

/** Far more than any of its questions about a code repository takes. */
const SLOWEST_GIT_MS = 10_000;

export interface AppDrain {
  readonly lookAgainMs: number;
  /** Called with each folder in which git did something. */
  readonly onGit?: (folder: string) => void;
}

/** Empties the spool. Throws what the bucket throws; what could not be captured then stays spooled. */
export async function drain(app: App, options: AppDrain): Promise<DrainReport> {
  const { home, platform } = app;
  // A repository may be anything: none holds up the sessions of the others.
  const git = withTimeLimit(app.git, SLOWEST_GIT_MS);
  const marked = markedSessions(home);
  const began = platform.now().getTime();
  return withBucket(app, { create: true }, ({ bucket }) => {
    const visit = visitor({
      bucket,
      describeRepository: (folder) => describeCodeRepository(git, folder),
      isTracked: trackingOf(git),
      isMarked: (sessionId) => marked.has(sessionId),
      locate: (agent, sessionId) => sessionLog(app, agent, sessionId),
      beside: new Beside(bucket, {
        packedTip: (folder, ref) => packedTip(git, folder, ref),
        lookAtStart: startLooker(app, git, bucket.repository.algorithm, began),
        turns: turnLook(git, platform),
      }),
    });
    const capture: typeof visit = async (wanted) => {
      const result = await visit(wanted);
      for (const { kind, cwd } of result.outcome === 'captured' ? wanted.events : [])
        if (kind === 'git' && cwd !== null) options.onGit?.(cwd);
      return result;
    };
    const onLoneGit = (folder: string): void => options.onGit?.(folder);
    return drainSpool({ home, platform, lookAgainMs: options.lookAgainMs, capture, onLoneGit });
  });
}

/**
 * Takes in notes that no drain is at work on, before something is read. Never fails the reader: what cannot be
 * captured now stays, and `git ot status` says why.
 */
export async function drainLeftovers(app: App): Promise<DrainReport> {
  const { home, platform } = app;
  if ((await drainAtWork(home, platform)) !== null) return NOTHING;
  if ((await listSpool(home)).length === 0) return NOTHING;
  try {
    return await drain(app, { lookAgainMs: 0 });
  } catch (error) {
    if (error instanceof OtError) return NOTHING;
    throw error;
  }
}
