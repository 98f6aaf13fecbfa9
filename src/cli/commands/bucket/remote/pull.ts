import { Command, Option } from 'clipanion';
import { pullRemote } from '../../../../sync/pull.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import type { Reply } from '../../../envelope.ts';
import { startProgress } from '../../../progress.ts';
import { withRemote } from '../../../remote-context.ts';
import { pullView } from '../../../views/remote.ts';

export class BucketRemotePullCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'pull']];
  static override usage = Command.Usage({
    details:
      'Fetches what other machines pushed, into a repository of its own beside the bucket. --again fetches all of ' +
      'it anew and brings back what that repository lost. What the remote no longer has stays here, and is named; ' +
      '--prune drops it.',
    examples: [['Get what is new', 'git ot bucket remote pull team']],
  });
  static readonly synopsis = '[NAME] [--prune] [--again]';

  name = Option.String({ name: 'NAME', required: false });
  prune = Option.Boolean('--prune', false, { description: 'drop journals that the remote no longer has' });
  again = Option.Boolean('--again', false, { description: 'fetch everything anew' });

  protected override run(app: App): Promise<Reply> {
    const progress = startProgress(app, 'pulling', this.quiet);
    const pulled = withRemote(app, this.name, progress.line, async (context, remote): Promise<Reply> => {
      const report = await pullRemote({ ...context, again: this.again, prune: this.prune }, remote);
      return {
        schema: 'opentraces.bucket.remote.pull.v1',
        data: report,
        text: (page) => pullView(page, report),
        nextSteps: report.new_traces === 0 ? [] : ['git ot trace list'],
      };
    });
    return pulled.finally(() => progress.end());
  }
}
