import { Command } from 'clipanion';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import type { Reply } from '../../../envelope.ts';
import { toolInfos } from '../../../security-tools.ts';
import { toolListView } from '../../../views/security.ts';

export class SecurityToolsListCommand extends OtCommand {
  static override paths = [['security', 'tools', 'list']];
  static override usage = Command.Usage({
    details:
      'Lists what can look for secrets and personal data: detectors find spans, transformers rewrite, judges count. ' +
      "enabled and disabled are what the bucket's policy says; missing is what cannot run here.",
    examples: [['All tools', 'git ot security tools list']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    const tools = await toolInfos(app);
    return {
      schema: 'opentraces.security_tools.v1',
      data: { tools },
      text: (page) => toolListView(page, tools),
    };
  }
}
