import { Command, Option } from 'clipanion';
import { accessesOf } from '../../../context/file-access.ts';
import { openContext } from '../../../context/open.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { contextSpan } from '../../ctx-decode.ts';
import { wholeTrace } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { accessView } from '../../views/ctx-lists.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxReadsCommand extends OtCommand {
  static override paths = [['ctx', 'reads']];
  static override usage = Command.Usage({
    details: 'Files that calls of a trace brought before the model.',
    examples: [['Up to a step', 'git ot ctx reads 3f2a9c1e --to-step 40']],
  });
  static readonly synopsis = 'ID [--step N] [--from-step N] [--to-step N] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  step = Option.String('--step', { description: 'only of this step' });
  fromStep = Option.String('--from-step', { description: 'first step' });
  toStep = Option.String('--to-step', { description: 'last step, included' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const span = contextSpan(this);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, wholeTrace(this.reference));
      const last = Math.min(span.to ?? context.row.step_count, context.row.step_count);
      const { accesses: reads, steps_missing } = await accessesOf(context, 'reads', [span.from, last]);
      return {
        schema: 'opentraces.ctx.reads.v1',
        data: { trace_id: context.traceId, reads, steps_missing, remote: context.remote },
        text: (page) => accessView(page, reads),
      };
    });
  }
}
