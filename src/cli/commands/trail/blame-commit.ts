import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { blameCommit } from '../../../trail/blame-commit.ts';
import { commitNamed, limitationsOf } from '../../../trail/repository.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { fileTarget } from '../../file-target.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { commitBlameView } from '../../views/trail-commit.ts';
import { withTrail } from '../../with-trail.ts';

export class TrailBlameCommitCommand extends OtCommand {
  static override paths = [['trail', 'blame', 'commit']];
  static override usage = Command.Usage({
    details:
      'The files of a commit with lines that agents wrote: how many of the lines it brought, and with --lines ' +
      'which ones and by which step. Lines that a commit only moved on from its parents are those of the commit ' +
      'that brought them. Then the sessions it comes from, and how: wrote, removed, moved, committed; or, where ' +
      'nothing of that is known, the one that edited its files last or was open just then, which is no more than possible.',
    examples: [['The last commit, line by line', 'git ot trail blame commit HEAD --lines']],
  });
  static readonly synopsis = 'COMMIT [PATH] [--lines]';

  commit = Option.String({ name: 'COMMIT' });
  file = Option.String({ name: 'PATH', required: false });
  lines = Option.Boolean('--lines', false, { description: 'the lines themselves, by their numbers' });

  protected override run(app: App): Promise<Reply> {
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const commit = await commitNamed(opened.repository, this.commit);
      const { files: found, sessions } = await blameCommit(opened, commit);
      const target = this.file === undefined ? null : await fileTarget(app, opened.repository, this.file);
      if (target?.range !== undefined) throw noRange();
      const path = target?.path ?? null;
      const files = path === null ? found : found.filter((file) => file.path === path);
      if (path !== null && files.length === 0) throw noLines();
      const shown = this.lines ? files : files.map(({ lines: _lines, ...file }) => file);
      return {
        schema: 'opentraces.trail.blame_commit.v1',
        notes: limitationNotes(opened.repository),
        data: {
          ...{ commit, files: shown, sessions },
          limitations: limitationsOf(opened.repository),
          freshness: opened.freshness,
        },
        text: (page) => commitBlameView(page, { files, sessions }, this.lines),
      };
    });
  }
}

function noRange(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', 'a commit is shown by its files, without a range of lines', {
    hint: 'ask for lines of the file there: git ot trail blame PATH:LINE --rev COMMIT',
  });
}

function noLines(): OtError {
  return new OtError('OT_FILE_NOT_FOUND', 'not_found', 'the commit changed no such file that agents edited');
}
