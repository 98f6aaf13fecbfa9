import { Command, Option } from 'clipanion';
import { commitNamed, limitationsOf } from '../../../trail/repository.ts';
import { syncTrail } from '../../../trail/sync.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { pointInTime, TIME_FORMS } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { startProgress } from '../../progress.ts';
import { trailSyncView } from '../../views/trail-sync.ts';
import { withTrail } from '../../with-trail.ts';
import { noteRepositoryOf } from '../../written-settings.ts';

export class TrailSyncCommand extends OtCommand {
  static override paths = [['trail', 'sync']];
  static override usage = Command.Usage({
    details:
      'Finds for every commit of the repository, on all branches and in reflogs, which lines agents wrote, also for ' +
      'commits that were made elsewhere. Only files that agents edited and that have changed since the last time ' +
      'are looked at. Each commit with lines of agents gets a note in refs/notes/opentraces that names the ' +
      `traces; notes that are there stay. ${TIME_FORMS}`,
    examples: [
      ['After a pull, a rebase or a capture', 'git ot trail sync'],
      ['Files of two commits', 'git ot trail sync HEAD HEAD~1'],
    ],
  });
  static readonly synopsis = '[COMMIT...] [--since TIME] [--all] [--notes | --no-notes]';

  commits = Option.Rest({ name: 'COMMIT' });
  since = Option.String('--since', { description: 'only files that commits since then changed' });
  all = Option.Boolean('--all', false, { description: 'every file, also where nothing has changed' });
  notes = Option.Boolean('--notes', true, { description: 'write notes (default); --no-notes writes none' });

  protected override run(app: App): Promise<Reply> {
    const now = app.platform.now();
    const since =
      this.since === undefined ? null : Date.parse(pointInTime('--since', this.since, now)) / 1000;
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const commits = await Promise.all(this.commits.map((each) => commitNamed(opened.repository, each)));
      const progress = startProgress(app, 'files', this.quiet);
      const report = await syncTrail({
        ...opened,
        ...(commits.length === 0 ? {} : { commits: new Set(commits) }),
        ...(since === null ? {} : { since }),
        all: this.all,
        notes: this.notes,
        now: Math.floor(now.getTime() / 1000),
        onFile: (done, total) => progress.update(done, total),
      }).finally(() => progress.end());
      if (this.notes) await noteRepositoryOf(app, app.cwd);
      return {
        schema: 'opentraces.trail.sync.v1',
        notes: limitationNotes(opened.repository),
        data: { ...report, limitations: limitationsOf(opened.repository), freshness: opened.freshness },
        text: (page) => trailSyncView(page, report),
      };
    });
  }
}
