/** Which sessions a capture of folders and stores takes: none that carries a mark or ran where capture is off. */
import { markedSessions, trackingOf } from '../capture/live/tracking.ts';
import type { Selection } from '../capture/selection.ts';
import type { App } from './app.ts';

export function takenSessions({ home, git }: App): Selection {
  const marked = markedSessions(home);
  return { isMarked: (sessionId) => marked.has(sessionId), isTracked: trackingOf(git) };
}
