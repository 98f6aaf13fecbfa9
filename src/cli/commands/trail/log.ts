import { Command, Option } from 'clipanion';
import { trailLog } from '../../../trail/log.ts';
import { limitationsOf } from '../../../trail/repository.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { TIME_FORMS, wholeNumber } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { trailSelection } from '../../trail-selection.ts';
import { trailLogView } from '../../views/trail-log.ts';
import { withTrail } from '../../with-trail.ts';

const DEFAULT_LIMIT = 30;

export class TrailLogCommand extends OtCommand {
  static override paths = [['trail', 'log']];
  static override usage = Command.Usage({
    details:
      'What happened to the work of agents in this repository, the newest first: turns in which sessions changed ' +
      'files and the commits their lines are in, commits and merges with lines of agents and by what evidence, ' +
      `and commits that were made anew from others. ${TIME_FORMS}`,
    examples: [
      ['What happened this week', 'git ot trail log --since 7d'],
      ['The last five things that happened to a file', 'git ot trail log -n 5 --path src/app.ts'],
    ],
  });
  static readonly synopsis = '[-n | --limit N] [--since TIME] [--path PATH] [--agent AGENT]';

  limit = Option.String('-n,--limit', { description: `at most so many (${DEFAULT_LIMIT})` });
  since = Option.String('--since', { description: 'only what happened since then' });
  file = Option.String('--path', { description: 'only what happened to this file, or below this folder' });
  agent = Option.String('--agent', { description: 'only of this agent, such as claude-code' });

  protected override run(app: App): Promise<Reply> {
    const limit = this.limit === undefined ? DEFAULT_LIMIT : wholeNumber('--limit', this.limit, 1);
    const { since, agent, file: path } = this;
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const { repository, freshness } = opened;
      const selection = await trailSelection(app, repository, { since, agent, path });
      const log = await trailLog({ ...opened, selection, limit });
      return {
        schema: 'opentraces.trail.log.v1',
        notes: limitationNotes(repository),
        data: { ...log, limitations: limitationsOf(repository), freshness },
        text: (page) => trailLogView(page, log),
      };
    });
  }
}
