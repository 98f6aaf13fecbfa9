import { Command, Option } from 'clipanion';
import { compactionsOf } from '../../../context/compactions.ts';
import { openContext } from '../../../context/open.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { wholeNumber, wholeTrace } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { compactionsView } from '../../views/ctx-lists.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxCompactionsCommand extends OtCommand {
  static override paths = [['ctx', 'compactions']];
  static override usage = Command.Usage({
    details:
      'Where a window was cut: summaries that took the place of messages, and results that were dropped. Tokens ' +
      'are estimates, but for those that the agent itself reported.',
    examples: [['With the steps that were lost', 'git ot ctx compactions 3f2a9c1e --show-loss --json']],
  });
  static readonly synopsis = 'ID [--index N] [--show-loss] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  index = Option.String('--index', { description: 'only this one, counted from 1' });
  loss = Option.Boolean('--show-loss', false, { description: 'the steps whose messages left' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const index = this.index === undefined ? null : wholeNumber('--index', this.index, 1);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, wholeTrace(this.reference));
      const all = await compactionsOf(context, this.loss);
      const compactions = all.filter((each) => index === null || each.index === index);
      return {
        schema: 'opentraces.ctx.compactions.v1',
        data: { trace_id: context.traceId, compactions, total: all.length, remote: context.remote },
        text: (page) => compactionsView(page, compactions),
      };
    });
  }
}
