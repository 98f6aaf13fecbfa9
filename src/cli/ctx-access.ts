/** What `ctx reads` and `ctx writes` share: the files that calls of a trace touched, over a span of steps. */
import { Option } from 'clipanion';
import { accessesOf } from '../context/file-access.ts';
import { openContext } from '../context/open.ts';
import type { App } from './app.ts';
import { OtCommand } from './base-command.ts';
import { contextSpan } from './ctx-decode.ts';
import { wholeTrace } from './decode.ts';
import { engineName } from './engine.ts';
import type { Reply } from './envelope.ts';
import { accessView } from './views/ctx-lists.ts';
import { withShelves } from './with-shelves.ts';

export abstract class CtxAccessCommand extends OtCommand {
  static readonly synopsis = 'ID [--step N] [--from-step N] [--to-step N] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  step = Option.String('--step', { description: 'only of this step' });
  fromStep = Option.String('--from-step', { description: 'first step' });
  toStep = Option.String('--to-step', { description: 'last step, included' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  /** Also the name of the list in the answer. */
  protected abstract readonly access: 'reads' | 'writes';

  protected override run(app: App): Promise<Reply> {
    const span = contextSpan(this);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, wholeTrace(this.reference));
      const last = Math.min(span.to ?? context.row.step_count, context.row.step_count);
      const { accesses, steps_missing } = await accessesOf(context, this.access, [span.from, last]);
      return {
        schema: `opentraces.ctx.${this.access}.v1`,
        data: { trace_id: context.traceId, [this.access]: accesses, steps_missing, remote: context.remote },
        text: (page) => accessView(page, accesses),
      };
    });
  }
}
