import { Command, Option } from 'clipanion';
import { withoutCredentials } from '../../../../git/failure.ts';
import { holdsSecret } from '../../../../git/remote-url.ts';
import { addRemote } from '../../../../sync/remotes.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import { remoteUrl } from '../../../decode.ts';
import type { Reply } from '../../../envelope.ts';
import { remoteLine } from '../../../views/remote.ts';
import { withBucket } from '../../../with-bucket.ts';

const SECRET_IN_URL =
  'that URL holds a password or a token, which stays in the configuration of the bucket as it is; better leave ' +
  'it out of the URL and have a credential helper of git keep it: git help credentials';

export class BucketRemoteAddCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'add']];
  static override usage = Command.Usage({
    details: 'Names a remote: anything that git can reach, a path, ssh or https. Contacts nobody.',
    examples: [
      ['A repository on a server', 'git ot bucket remote add team ssh://git@example.com/traces.git'],
    ],
  });
  static readonly synopsis = 'NAME URL';

  name = Option.String({ name: 'NAME' });
  url = Option.String({ name: 'URL' });

  protected override run(app: App): Promise<Reply> {
    return withBucket(app, { create: true }, async ({ bucket }) => {
      const remote = { name: this.name, url: remoteUrl(this.url, app.cwd) };
      await addRemote(app.git, bucket, remote);
      const warnings = holdsSecret(remote.url) ? [SECRET_IN_URL] : [];
      const shown = { ...remote, url: withoutCredentials(remote.url) };
      return {
        schema: 'opentraces.bucket.remote.add.v1',
        data: { remotes: [shown], warnings },
        text: () => remoteLine(shown),
        notes: warnings.map((warning) => `warning: ${warning}\n`).join(''),
        nextSteps: [
          `git ot bucket remote push ${remote.name} --dry-run`,
          `git ot bucket remote pull ${remote.name}`,
        ],
      };
    });
  }
}
