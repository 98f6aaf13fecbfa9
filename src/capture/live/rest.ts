/**
 * A session that takes long to capture is not captured at every event: it rests after each time, so that a drain
 * uses a small part of one core however large sessions grow. What comes in meanwhile waits, and is one capture.
 */
import type { Visit } from './fold.ts';
import type { LiveState } from './state.ts';

/** Captures that take less are cheap enough for every event, in milliseconds. */
const CHEAP_MS = 1_000;
/** Rest after a capture, as a multiple of the time it took. */
const REST_TIMES = 4;
const LONGEST_REST_MS = 60_000;

/** When this session may be captured again, in milliseconds since 1970, as `now`; 0 for at once. */
export function restUntil(
  { transcript, sessionId }: Pick<Visit, 'transcript' | 'sessionId'>,
  { sessions }: LiveState,
  now: number,
): number {
  const session = sessions.find((other) =>
    transcript === null
      ? sessionId !== null && other.session_id === sessionId
      : other.transcript === transcript,
  );
  const took = session?.took_ms ?? 0;
  if (session === undefined || took < CHEAP_MS) return 0;
  const last = Date.parse(session.at);
  // A clock that was set back makes nobody wait.
  return last > now ? 0 : last + Math.min(took * REST_TIMES, LONGEST_REST_MS);
}
