import { Command, Option } from 'clipanion';
import { rebuildCatalog } from '../../../catalog/rebuild.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { journalFailure } from '../../damage.ts';
import { oneOf } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { startProgress } from '../../progress.ts';
import { rebuildView } from '../../views/rebuild.ts';
import { withShelves } from '../../with-shelves.ts';

const SUBSTRATES = ['catalog'] as const;

export class BucketRebuildCommand extends OtCommand {
  static override paths = [['bucket', 'rebuild']];
  static override usage = Command.Usage({
    details:
      'Makes derived data anew from the journals. The catalog is what trace query searches: it is brought up ' +
      'to date by every query, so this is only needed when it is damaged, or from another version of git-ot.',
    examples: [['The search index', 'git ot bucket rebuild --substrate catalog']],
  });
  static readonly synopsis = '[--substrate NAME]';

  substrate = Option.String('--substrate', 'catalog', { description: 'what to rebuild: catalog (default)' });

  protected override async run(app: App): Promise<Reply> {
    oneOf('--substrate', this.substrate, SUBSTRATES);
    const progress = startProgress(app, 'indexing', this.quiet);
    const rebuilt = await withShelves(app, 'git', ({ shelves }) =>
      rebuildCatalog(app.home, shelves, {
        now: app.platform.now(),
        onTrace: (done, total) => progress.update(done, total),
      }),
    ).finally(() => progress.end());
    return {
      schema: 'opentraces.bucket.rebuild.v1',
      data: { substrate: this.substrate, catalog: rebuilt },
      text: (page) => rebuildView(page, rebuilt),
      ...journalFailure(rebuilt.damaged.map(() => undefined)),
    };
  }
}
