import { Command, Option } from 'clipanion';
import { bucketStatus } from '../../../bucket/status.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { bucketStatusView } from '../../views/bucket.ts';
import { withShelves } from '../../with-shelves.ts';

export class BucketStatusCommand extends OtCommand {
  static override paths = [['bucket', 'status']];
  static override usage = Command.Usage({
    details: 'Counts traces by month, objects on disk and what was pulled. Never writes.',
    examples: [['What is in the bucket', 'git ot bucket status']],
  });
  static readonly synopsis = '[--engine NAME]';

  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    return withShelves(app, engineName(this.engine), async ({ bucket, shelves }) => {
      const status = await bucketStatus(bucket, shelves);
      return {
        schema: 'opentraces.bucket.status.v1',
        data: { bucket: status },
        text: (page) => bucketStatusView(page, status),
      };
    });
  }
}
