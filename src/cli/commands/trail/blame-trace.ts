import { Command, Option } from 'clipanion';
import { findTrace } from '../../../bucket/find.ts';
import { limitationsOf } from '../../../trail/repository.ts';
import { commitsOfTrace } from '../../../trail/trace-commits.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { traceBlameView } from '../../views/trail-commit.ts';
import { withTrail } from '../../with-trail.ts';

export class TrailBlameTraceCommand extends OtCommand {
  static override paths = [['trail', 'blame', 'trace']];
  static override usage = Command.Usage({
    details:
      'The commits that hold lines of a trace, the oldest first, with their files and the lines of that trace; and of ' +
      'those written while it went on, or shortly after, the ones that come from it in another way.',
    examples: [['What became of a session', 'git ot trail blame trace 3f2a9c1e']],
  });
  static readonly synopsis = 'ID';

  id = Option.String({ name: 'ID' });

  protected override run(app: App): Promise<Reply> {
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const { traceId } = await findTrace(opened.shelves, this.id);
      const commits = await commitsOfTrace(opened, traceId);
      return {
        schema: 'opentraces.trail.blame_trace.v1',
        notes: limitationNotes(opened.repository),
        data: {
          ...{ trace_id: traceId, commits },
          limitations: limitationsOf(opened.repository),
          freshness: opened.freshness,
        },
        text: (page) => traceBlameView(page, commits),
      };
    });
  }
}
