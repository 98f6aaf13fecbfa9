import { Command, Option } from 'clipanion';
import { withoutCredentials } from '../../../../git/failure.ts';
import { compareRemote } from '../../../../sync/compare.ts';
import { chooseRemote } from '../../../../sync/remotes.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import type { Reply } from '../../../envelope.ts';
import { compareParts } from '../../../remote-context.ts';
import { remoteDiffView } from '../../../views/remote.ts';
import { withBucket } from '../../../with-bucket.ts';

export class BucketRemoteDiffCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'diff']];
  static override usage = Command.Usage({
    details: 'Shows which traces a push would send, and which journals of other machines a pull would bring.',
    examples: [['What is not there yet', 'git ot bucket remote diff team']],
  });
  static readonly synopsis = '[NAME]';

  name = Option.String({ name: 'NAME', required: false });

  protected override run(app: App): Promise<Reply> {
    return withBucket(app, {}, async (opened) => {
      const remote = await chooseRemote(app.git, opened.bucket, this.name);
      const found = await compareRemote(await compareParts(app, opened), remote);
      const diff = { ...found, remote: { name: remote.name, url: withoutCredentials(remote.url) } };
      return {
        schema: 'opentraces.bucket.remote.diff.v1',
        data: diff,
        text: (page) => remoteDiffView(page, diff),
      };
    });
  }
}
