/** What the setup verbs of all security tools share. */
import { Option } from 'clipanion';
import { toolNamed } from '../../../security/registry.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { assertCanRun, switchTools } from '../../bucket-security.ts';
import type { Reply } from '../../envelope.ts';
import { securityView, warningLines } from '../../views/security.ts';

export const TOOL_DETAILS =
  'Switches a security tool on in the policy of the bucket, or off. A tool that cannot run here is not switched on. ' +
  'The same as git ot bucket security --tool NAME.';

export abstract class SetupToolCommand extends OtCommand {
  protected abstract readonly tool: string;

  disable = Option.Boolean('--disable', false, { description: 'switch it off' });

  protected override async run(app: App): Promise<Reply> {
    const { name } = toolNamed(this.tool);
    if (!this.disable) await assertCanRun(app, toolNamed(name));
    const change = this.disable ? { enable: [], disable: [name] } : { enable: [name], disable: [] };
    const report = await switchTools(app, change);
    return {
      schema: 'opentraces.bucket.security.v1',
      data: report,
      text: (page) => securityView(page, report),
      notes: warningLines(report.warnings),
      nextSteps: ['git ot bucket security'],
    };
  }
}
