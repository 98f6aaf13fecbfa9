/** Attribution after git hooks: what a drain has captured is brought to the commits that git told of. */
import { OtError } from '../base/errors.ts';
import { syncTrail } from '../trail/sync.ts';
import type { App } from './app.ts';
import { withTrail } from './with-trail.ts';

/**
 * Brings the repositories around these folders up to date, notes included; gives how many commits got a note. What
 * cannot be done now is done by the next `trail sync` or when a line is asked for.
 */
export async function anchorAt(app: App, folders: Iterable<string>): Promise<number> {
  let notes = 0;
  for (const folder of folders) {
    const now = Math.floor(app.platform.now().getTime() / 1000);
    try {
      const { notes_written } = await withTrail(app, { quiet: true, folder }, (opened) =>
        syncTrail({ ...opened, all: false, notes: true, now }),
      );
      notes += notes_written;
    } catch (error) {
      if (!(error instanceof OtError)) throw error;
    }
  }
  return notes;
}
