import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { POLICY_NAMES } from '../../../security/policy.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { applyBundle, inspectSecurity, type SecurityReport, switchTools } from '../../bucket-security.ts';
import { oneOf } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { securityView, warningLines } from '../../views/security.ts';

export class BucketSecurityCommand extends OtCommand {
  static override paths = [['bucket', 'security']];
  static override usage = Command.Usage({
    details:
      'Shows under which policy a push seals, and changes nothing. --policy makes the tools of a bundle the policy, ' +
      'and switches every other tool off: off (nothing), basic (regex, entropy), recommended (basic, business_logic, ' +
      'path_anonymizer, classifier), strict (recommended, trufflehog, privacy_filter). --tool switches one tool, or ' +
      'several. The flags are in your own git configuration, opentraces.security.TOOL.enabled; where there are none, ' +
      'the policy is recommended.',
    examples: [
      ['What is on?', 'git ot bucket security'],
      ['One more tool', 'git ot bucket security --tool gitleaks --enable'],
    ],
  });
  static readonly synopsis = '[--policy NAME] [--tool NAME] [--enable] [--disable]';

  policy = Option.String('--policy', { description: `one of ${POLICY_NAMES.join(', ')}` });
  tools = Option.Array('--tool', [], { description: 'tool to switch, several times for several' });
  enable = Option.Boolean('--enable', false, { description: 'switch the named tools on' });
  disable = Option.Boolean('--disable', false, { description: 'switch the named tools off' });

  protected override async run(app: App): Promise<Reply> {
    const report = await this.#report(app);
    return {
      schema: 'opentraces.bucket.security.v1',
      data: report,
      text: (page) => securityView(page, report),
      notes: warningLines(report.warnings),
    };
  }

  #report(app: App): Promise<SecurityReport> {
    const { policy, tools, enable, disable } = this;
    if (tools.length > 0 ? enable === disable : enable || disable) {
      throw usage('--tool needs exactly one of --enable and --disable, and they need --tool');
    }
    if (policy !== undefined && tools.length > 0) throw usage('give --policy or --tool, not both');
    if (policy !== undefined) return applyBundle(app, oneOf('--policy', policy, POLICY_NAMES));
    if (tools.length === 0) return inspectSecurity(app);
    return switchTools(app, { enable: enable ? tools : [], disable: disable ? tools : [] });
  }
}

function usage(message: string): OtError {
  return new OtError('OT_OPTION_CONFLICT', 'usage', message, { hint: 'run: git ot bucket security -h' });
}
