import { Command, Option } from 'clipanion';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { startProgress } from '../../progress.ts';
import { scan } from '../../scan.ts';
import { scanView } from '../../views/security.ts';

export class SecurityScanCommand extends OtCommand {
  static override paths = [['security', 'scan']];
  static override usage = Command.Usage({
    details:
      "Looks with the tools of the bucket's policy, or those named with --tools, at the raw sources of traces, and " +
      'counts what they find by tool, rule and field. Shows and changes nothing of it. The exit code is 0 whatever ' +
      'is found, and 3 when a tool cannot run.',
    examples: [
      ['One trace', 'git ot security scan 3f2a9c1e'],
      ['Everything, with one more tool', 'git ot security scan --all --tools regex,gitleaks'],
    ],
  });
  static readonly synopsis = '[TRACE...] [--all] [--tools NAMES]';

  traces = Option.Rest({ name: 'TRACE' });
  all = Option.Boolean('--all', false, { description: 'every trace of this bucket' });
  tools = Option.String('--tools', { description: 'names of tools, separated by commas' });

  protected override run(app: App): Promise<Reply> {
    const progress = startProgress(app, 'scanning', this.quiet);
    const scanned = scan(app, { ids: this.traces, all: this.all, tools: this.tools }, progress.update);
    const replied = scanned.then(
      (report): Reply => ({
        schema: 'opentraces.security.scan.v1',
        data: { scan: report },
        text: (page) => scanView(page, report),
      }),
    );
    return replied.finally(() => progress.end());
  }
}
