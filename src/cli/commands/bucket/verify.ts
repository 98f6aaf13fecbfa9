import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { SEALED_PREFIX } from '../../../bucket/layout.ts';
import { ownShelf, remoteGitDir } from '../../../bucket/shelves.ts';
import { type VerifyReport, verifyBucket } from '../../../bucket/verify.ts';
import { fsckFull } from '../../../git/program/fsck.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { wholeNumber } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { startProgress } from '../../progress.ts';
import { verifyView } from '../../views/bucket.ts';
import { type OpenedShelves, withShelves } from '../../with-shelves.ts';

const DEFAULT_SAMPLE = 100;

export class BucketVerifyCommand extends OtCommand {
  static override paths = [['bucket', 'verify']];
  static override usage = Command.Usage({
    details:
      'Checks the journals, the shape of their trees, every record of the chosen traces, and that ids follow ' +
      'from what they name; our lanes, their sealed copies and what was pulled. --full checks every trace and ' +
      'runs git fsck --full beside it. Findings end with exit code 5.',
    examples: [
      ['A quick look', 'git ot bucket verify'],
      ['Everything', 'git ot bucket verify --full'],
    ],
  });
  static readonly synopsis = '[--sample N | --full]';

  sample = Option.String('--sample', {
    description: `check this many traces, always the same ones of the same bucket (${DEFAULT_SAMPLE})`,
  });
  full = Option.Boolean('--full', false, {
    description: 'check every trace, and every object with git fsck',
  });

  protected override async run(app: App): Promise<Reply> {
    if (this.full && this.sample !== undefined) throw eitherOr();
    const sample = this.sample === undefined ? DEFAULT_SAMPLE : wholeNumber('--sample', this.sample, 1);
    const progress = startProgress(app, 'verifying', this.quiet);
    const report = await withShelves(app, 'git', (opened) =>
      verifyBucket({
        home: app.home,
        shelves: [{ ...ownShelf(opened.bucket), prefix: SEALED_PREFIX }, ...opened.shelves],
        ...(this.full ? { fsck: (shelf) => fsckFull(app.git, gitDirOf(opened, shelf.remote)) } : { sample }),
        onTrace: (done, total) => progress.update(done, total),
      }),
    ).finally(() => progress.end());
    return reply(report);
  }
}

function gitDirOf({ bucket }: OpenedShelves, remote: string | undefined): string {
  return remote === undefined ? bucket.gitDir : remoteGitDir(bucket.home, remote);
}

function reply(report: VerifyReport): Reply {
  const { findings } = report;
  const ok = findings.length === 0;
  return {
    schema: 'opentraces.bucket.verify.v1',
    data: { ok, ...report },
    text: (page) => verifyView(page, report),
    ...(ok ? {} : { failure: findingsFailure(findings.length) }),
  };
}

function findingsFailure(count: number): OtError {
  const what = count === 1 ? '1 finding' : `${count} findings`;
  return new OtError('OT_VERIFY_FINDINGS', 'corrupt', `the bucket is damaged: ${what}`, {
    hint: 'each finding names its fix',
  });
}

function eitherOr(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', '--sample and --full cannot be used together', {
    hint: 'leave one of them out',
  });
}
