import { Command, Option } from 'clipanion';
import { pullRequestMarkdown } from '../../../trail/pr-markdown.ts';
import { pullRequest } from '../../../trail/pull-request.ts';
import { limitationsOf } from '../../../trail/repository.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { sealedPullRequest } from '../../sealed-pull-request.ts';
import { withTrail } from '../../with-trail.ts';

export class TrailBlamePrRenderCommand extends OtCommand {
  static override paths = [['trail', 'blame', 'pr', 'render']];
  static override usage = Command.Usage({
    details:
      'Markdown for a pull request of the current branch: what was asked for, which commits have lines of agents, in ' +
      'which files, how many of them are left, and which commits have none and why. Prompts, subjects and paths are ' +
      'sealed under the policy of the bucket, and a forge makes neither links nor mentions of them. The same ' +
      'commits and sessions give the same bytes. Nothing is sent.',
    examples: [
      ['The text of a pull request', 'git ot trail blame pr render > body.md'],
      ['Of a branch that goes elsewhere', 'git ot trail blame pr render --base origin/next'],
    ],
  });
  static readonly synopsis = '[--base COMMIT]';

  base = Option.String('--base', {
    description: 'what it is to be merged into; default is origin/HEAD, else main or master',
  });

  protected override run(app: App): Promise<Reply> {
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const facts = await sealedPullRequest(app, await pullRequest(opened, this.base ?? null));
      const { repository, freshness } = opened;
      const markdown = pullRequestMarkdown(facts, limitationsOf(repository).length > 0);
      return {
        schema: 'opentraces.trail.pr_render.v1',
        notes: limitationNotes(repository),
        data: { ...facts, markdown, limitations: limitationsOf(repository), freshness },
        text: () => markdown,
      };
    });
  }
}
