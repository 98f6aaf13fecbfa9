import { Command, Option } from 'clipanion';
import { forgetGone } from '../../../../catalog/forget.ts';
import { withoutCredentials } from '../../../../git/failure.ts';
import { removeRemote } from '../../../../sync/remotes.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import type { Reply } from '../../../envelope.ts';
import { remoteLine } from '../../../views/remote.ts';
import { withBucket } from '../../../with-bucket.ts';
import { withShelves } from '../../../with-shelves.ts';

export class BucketRemoteRemoveCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'remove']];
  static override usage = Command.Usage({
    details:
      'Forgets a remote and what was pulled from it, in the catalog too. Nothing happens at the remote.',
    examples: [['Forget it', 'git ot bucket remote remove team']],
  });
  static readonly synopsis = 'NAME';

  name = Option.String({ name: 'NAME' });

  protected override async run(app: App): Promise<Reply> {
    const reply = await this.#remove(app);
    const now = () => app.platform.now();
    await withShelves(app, 'git', ({ shelves }) => forgetGone(app.home, shelves, now));
    return reply;
  }

  #remove(app: App): Promise<Reply> {
    return withBucket(app, {}, async ({ bucket }) => {
      const { name, url } = await removeRemote(app.git, bucket, this.name);
      const removed = { name, url: withoutCredentials(url) };
      return {
        schema: 'opentraces.bucket.remote.remove.v1',
        data: { removed },
        text: () => `removed ${remoteLine(removed)}`,
      };
    });
  }
}
