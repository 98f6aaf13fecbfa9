import { Command, Option } from 'clipanion';
import { POLICY_NAMES } from '../../../security/policy.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { setUpBucket } from '../../bucket-setup.ts';
import { oneOf, remoteUrl } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { remoteLine } from '../../views/remote.ts';
import { securityView, warningLines } from '../../views/security.ts';

export class SetupBucketCommand extends OtCommand {
  static override paths = [['setup', 'bucket']];
  static override usage = Command.Usage({
    details:
      'Makes the bucket where there is none, sets the policy its pushes are sealed under, and adds a remote when a ' +
      'URL is given. On a terminal both are asked for; otherwise the policy is recommended, or stays what it is when ' +
      'that is more. --enable-security-tool and --disable-security-tool change it, several times for several tools. ' +
      'A URL of the Hugging Face hub needs git ot auth login first.',
    examples: [
      ['Be asked', 'git ot setup bucket'],
      ['With a remote', 'git ot setup bucket ssh://git@example.com/traces.git --name team'],
    ],
  });
  static readonly synopsis =
    '[URL] [--name NAME] [--policy NAME] [--enable-security-tool NAME] [--disable-security-tool NAME]';

  url = Option.String({ name: 'URL', required: false });
  name = Option.String('--name', { description: 'name of the remote; default origin' });
  policy = Option.String('--policy', { description: `one of ${POLICY_NAMES.join(', ')}` });
  enable = Option.Array('--enable-security-tool', [], { description: 'tool to add to the policy' });
  disable = Option.Array('--disable-security-tool', [], { description: 'tool to take out of the policy' });

  protected override async run(app: App): Promise<Reply> {
    const { url, name = 'origin', policy, enable, disable } = this;
    const setup = await setUpBucket(app, {
      url: url === undefined ? undefined : remoteUrl(url, app.cwd),
      name,
      policy: policy === undefined ? undefined : oneOf('--policy', policy, POLICY_NAMES),
      enable,
      disable,
      canAsk: app.io.interactive && !this.json,
    });
    const [remote] = setup.remotes;
    return {
      schema: 'opentraces.setup.bucket.v1',
      data: setup,
      text: (page) => securityView(page, setup) + setup.remotes.map(remoteLine).join(''),
      notes: warningLines(setup.warnings),
      nextSteps: [
        remote === undefined
          ? 'git ot bucket remote add NAME URL'
          : `git ot bucket remote push ${remote.name} --dry-run`,
      ],
    };
  }
}
