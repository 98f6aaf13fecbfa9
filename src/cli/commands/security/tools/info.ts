import { Command, Option } from 'clipanion';
import { toolNamed } from '../../../../security/registry.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import type { Reply } from '../../../envelope.ts';
import { toolInfos } from '../../../security-tools.ts';
import { toolView } from '../../../views/security.ts';

export class SecurityToolsInfoCommand extends OtCommand {
  static override paths = [['security', 'tools', 'info']];
  static override usage = Command.Usage({
    details: 'Says what one tool does, whether it can run here, and how to switch it.',
    examples: [['The program gitleaks', 'git ot security tools info gitleaks']],
  });
  static readonly synopsis = 'NAME';

  name = Option.String({ name: 'NAME' });

  protected override async run(app: App): Promise<Reply> {
    const [tool] = await toolInfos(app, [toolNamed(this.name)]);
    return {
      schema: 'opentraces.security_tools.v1',
      data: { tool },
      text: (page) => toolView(page, tool!),
    };
  }
}
