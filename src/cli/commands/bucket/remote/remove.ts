import { existsSync } from 'node:fs';
import { Command, Option } from 'clipanion';
import { remoteGitDir } from '../../../../bucket/shelves.ts';
import { forgetGone } from '../../../../catalog/forget.ts';
import { withoutCredentials } from '../../../../git/failure.ts';
import { chooseRemote, removeRemote } from '../../../../sync/remotes.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import { askFirst } from '../../../consent.ts';
import type { Reply } from '../../../envelope.ts';
import { remoteLine } from '../../../views/remote.ts';
import { withBucket } from '../../../with-bucket.ts';
import { withShelves } from '../../../with-shelves.ts';

export class BucketRemoteRemoveCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'remove']];
  static override usage = Command.Usage({
    details:
      'Forgets a remote and what was pulled from it, in the catalog too. Nothing happens at the remote. At a ' +
      'terminal it asks first when something was pulled.',
    examples: [
      ['Forget it', 'git ot bucket remote remove team'],
      ['Without a question', 'git ot bucket remote remove team --yes'],
    ],
  });
  static readonly synopsis = 'NAME [--yes]';

  name = Option.String({ name: 'NAME' });
  yes = Option.Boolean('--yes', false, { description: 'ask nothing' });

  protected override async run(app: App): Promise<Reply> {
    const reply = await this.#remove(app);
    const now = () => app.platform.now();
    await withShelves(app, 'git', ({ shelves }) => forgetGone(app.home, shelves, now));
    return reply;
  }

  #remove(app: App): Promise<Reply> {
    return withBucket(app, {}, async ({ bucket }) => {
      const known = await chooseRemote(app.git, bucket, this.name);
      if (!this.yes && app.io.interactive && existsSync(remoteGitDir(bucket.home, known.name))) {
        await askFirst(app, `forget ${known.name} and what was pulled from it?`, 'nothing was removed');
      }
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
