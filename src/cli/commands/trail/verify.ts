import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { commitNamed, limitationsOf } from '../../../trail/repository.ts';
import { verifyTrail } from '../../../trail/verify.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { startProgress } from '../../progress.ts';
import { trailVerifyView } from '../../views/trail-verify.ts';
import { withTrail } from '../../with-trail.ts';

export class TrailVerifyCommand extends OtCommand {
  static override paths = [['trail', 'verify']];
  static override usage = Command.Usage({
    details:
      'Replays every file that agents edited from its beginning and compares with the owners that are kept, looks ' +
      'whether the patches that own lines still have a step and a text, and whether the notes name the traces that ' +
      'wrote lines of each commit, and no others. Changes nothing. Findings end with exit code 5; what waits for ' +
      'the next sync is none.',
    examples: [
      ['Everything', 'git ot trail verify'],
      ['The last commit', 'git ot trail verify HEAD'],
    ],
  });
  static readonly synopsis = '[COMMIT...]';

  commits = Option.Rest({ name: 'COMMIT' });

  protected override run(app: App): Promise<Reply> {
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const named = await Promise.all(this.commits.map((each) => commitNamed(opened.repository, each)));
      const progress = startProgress(app, 'verifying', this.quiet);
      const report = await verifyTrail({
        ...opened,
        commits: named.length === 0 ? null : new Set(named),
        onFile: (done, total) => progress.update(done, total),
      }).finally(() => progress.end());
      const found = report.findings.length;
      return {
        schema: 'opentraces.trail.verify.v1',
        notes: limitationNotes(opened.repository),
        data: {
          ...{ ok: found === 0, ...report },
          limitations: limitationsOf(opened.repository),
          freshness: opened.freshness,
        },
        text: (page) => trailVerifyView(page, report),
        ...(found === 0 ? {} : { failure: findingsFailure(found) }),
      };
    });
  }
}

function findingsFailure(count: number): OtError {
  const what = count === 1 ? '1 finding' : `${count} findings`;
  return new OtError('OT_VERIFY_FINDINGS', 'corrupt', `what is kept of the trail is not sound: ${what}`, {
    hint: 'each finding names its fix',
  });
}
