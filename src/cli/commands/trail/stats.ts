import { Command, Option } from 'clipanion';
import { limitationsOf } from '../../../trail/repository.ts';
import { STAT_GROUPS, trailStats } from '../../../trail/stats.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { oneOf, pointInTime, TIME_FORMS } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { startProgress } from '../../progress.ts';
import { trailStatsView } from '../../views/trail-stats.ts';
import { withTrail } from '../../with-trail.ts';

export class TrailStatsCommand extends OtCommand {
  static override paths = [['trail', 'stats']];
  static override usage = Command.Usage({
    details:
      "How many of the lines that HEAD's commits brought agents wrote, how many of the commits have such lines, and " +
      'what became of the patches: how many of their lines HEAD still has. Lines without a letter or digit, and ' +
      `lines that only changed their white space, count nowhere. ${TIME_FORMS}`,
    examples: [
      ['Since the first edit of an agent', 'git ot trail stats'],
      ['This month, by model', 'git ot trail stats --since 30d --by model'],
    ],
  });
  static readonly synopsis = '[--since TIME] [--by GROUP]';

  since = Option.String('--since', { description: 'only commits and patches made since then' });
  by = Option.String('--by', { description: `a row for each: ${STAT_GROUPS.join(', ')}` });

  protected override run(app: App): Promise<Reply> {
    const by = this.by === undefined ? null : oneOf('--by', this.by, STAT_GROUPS);
    const since = this.since === undefined ? null : pointInTime('--since', this.since, app.platform.now());
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const progress = startProgress(app, 'commits', this.quiet);
      const stats = await trailStats({
        ...{ ...opened, by, since: since === null ? null : Date.parse(since) },
        onCommit: (done, total) => progress.update(done, total),
      }).finally(() => progress.end());
      const { repository, freshness } = opened;
      return {
        schema: 'opentraces.trail.stats.v1',
        notes: limitationNotes(repository),
        data: { since, ...stats, limitations: limitationsOf(repository), freshness },
        text: (page) => trailStatsView(page, stats),
      };
    });
  }
}
