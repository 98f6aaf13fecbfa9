import { Command } from 'clipanion';
import { markedSessions } from '../../capture/live/tracking.ts';
import type { App } from '../app.ts';
import { OtCommand } from '../base-command.ts';
import type { Reply } from '../envelope.ts';
import { bucketSummary, folderStatus, liveHealth } from '../live.ts';
import { statusView } from '../views/live.ts';

export class StatusCommand extends OtCommand {
  static override paths = [['status']];
  static override usage = Command.Usage({
    details:
      'Says whether sessions are captured, and since when and why not; what hooks have noted and nobody has ' +
      'captured yet; and what the remotes have not got, as far as the last push knows. Asks no remote.',
    examples: [['Is my work being kept?', 'git ot status']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    const health = await liveHealth(app);
    const [folder, bucket] = await Promise.all([folderStatus(app), bucketSummary(app)]);
    const left_out = [...markedSessions(app.home)].sort();
    const status = { ...health, folder, bucket, left_out };
    return {
      schema: 'opentraces.status.v1',
      data: status,
      text: (page) => statusView(page, status),
      status: health.capture === 'on' ? 'ok' : 'needs_action',
      nextSteps: health.capture === 'on' ? [] : ['git ot doctor'],
    };
  }
}
