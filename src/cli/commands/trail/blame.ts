import { Command, Option } from 'clipanion';
import { assertFile, blame } from '../../../trail/blame.ts';
import { commitNamed, limitationsOf } from '../../../trail/repository.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { fileTarget } from '../../file-target.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { blameView } from '../../views/trail-blame.ts';
import { withTrail } from '../../with-trail.ts';

export class TrailBlameCommand extends OtCommand {
  static override paths = [['trail', 'blame']];
  static override usage = Command.Usage({
    details:
      'For each line of a file the commit that brought it, as git blame says, and the step of an agent that wrote ' +
      'it. A line that nobody is known to have written, or that two could have written, is shown with its author ' +
      'in git: no answer rather than a wrong one. FILE:7 is one line, FILE:3-9 a range. Lines of the work tree ' +
      'that are in no commit yet are answered too.',
    examples: [
      ['Who wrote this file', 'git ot trail blame src/app.ts'],
      ['Lines 10 to 20 as JSON', 'git ot trail blame src/app.ts:10-20 --json'],
    ],
  });
  static readonly synopsis = 'FILE[:LINE[-LINE]] [--rev COMMIT]';

  target = Option.String({ name: 'FILE' });
  rev = Option.String('--rev', { description: 'the file as it is in this commit; default is the work tree' });

  protected override run(app: App): Promise<Reply> {
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const { path, range } = await fileTarget(app, opened.repository, this.target);
      const commit = this.rev === undefined ? null : await commitNamed(opened.repository, this.rev);
      if (commit === null) await assertFile(opened.repository, path);
      const found = await blame(opened, { path, commit, ...(range === undefined ? {} : { range }) });
      return {
        schema: 'opentraces.trail.blame.v1',
        notes: limitationNotes(opened.repository),
        data: { ...found, limitations: limitationsOf(opened.repository), freshness: opened.freshness },
        text: (page) => blameView(page, found),
      };
    });
  }
}
