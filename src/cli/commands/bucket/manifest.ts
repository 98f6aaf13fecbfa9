import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { withWritableBucket } from '../../../bucket/lane.ts';
import { listTraces } from '../../../bucket/list.ts';
import { type HealedRow, healManifest, manifestOf } from '../../../bucket/manifest.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { damageNotes } from '../../damage.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { manifestView } from '../../views/bucket.ts';
import { withBucket } from '../../with-bucket.ts';
import { withShelves } from '../../with-shelves.ts';

export class BucketManifestCommand extends OtCommand {
  static override paths = [['bucket', 'manifest']];
  static override usage = Command.Usage({
    details:
      'One row per trace, own and pulled, and a digest that is equal wherever the same rows are. ' +
      'Writes nothing unless --heal is given: then rows that disagree with their trace are written anew, as one commit per journal.',
    examples: [
      ['The manifest as JSON', 'git ot bucket manifest --json'],
      ['Mend rows that disagree with their trace', 'git ot bucket manifest --heal'],
    ],
  });
  static readonly synopsis = '[--heal] [--engine NAME]';

  heal = Option.Boolean('--heal', false, { description: 'write rows anew that disagree with their trace' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override async run(app: App): Promise<Reply> {
    if (this.heal && engineName(this.engine) !== 'git') {
      throw new OtError('OT_ENGINE_READS_ONLY', 'usage', '--heal needs the git engine', {
        hint: 'leave --engine out',
      });
    }
    const healed = this.heal ? await heal(app) : undefined;
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const notes = damageNotes();
      const manifest = manifestOf(await listTraces(shelves, notes.add));
      return {
        schema: 'opentraces.bucket.manifest.reply.v1',
        data: { manifest, ...(healed === undefined ? {} : { healed }), findings: notes.findings },
        text: (page) => manifestView(page, manifest, healed, notes.findings),
        ...notes.failure(),
      };
    });
  }
}

function heal(app: App): Promise<readonly HealedRow[]> {
  return withBucket(app, {}, ({ bucket }) => withWritableBucket(bucket, healManifest));
}
