import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { openContext, stepIn } from '../../../context/open.ts';
import { blameTrace } from '../../../trail/blame-commit.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { contextStep } from '../../ctx-decode.ts';
import type { Reply } from '../../envelope.ts';
import { withTrail } from '../../with-trail.ts';

export class CtxAnchorForStepCommand extends OtCommand {
  static override paths = [['ctx', 'anchor-for-step']];
  static override usage = Command.Usage({
    details:
      'The first commit of this repository that brought lines which the step wrote. Exit code 3 when no commit is ' +
      'known to hold any.',
    examples: [['The state it led to', 'git show $(git ot ctx anchor-for-step 3f2a9c1e 12)']],
  });
  static readonly synopsis = 'ID [STEP]';

  reference = Option.String({ name: 'ID' });
  step = Option.String({ name: 'STEP', required: false });

  protected override run(app: App): Promise<Reply> {
    const { trace, step } = contextStep(this.reference, this.step);
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const context = await openContext(opened.shelves, trace);
      const { traceId } = context;
      const at = stepIn(context, step);
      const commits = await blameTrace(opened, traceId);
      const holding = commits.filter(({ files }) =>
        files.some(({ lines }) => lines.some((line) => line.step_index === at)),
      );
      const [first] = holding;
      if (first === undefined) throw noAnchor(traceId, at);
      return {
        schema: 'opentraces.ctx.anchor_for_step.v1',
        data: {
          trace_id: traceId,
          step_index: at,
          commit: first.commit,
          commits: holding.map(({ commit }) => commit),
          freshness: opened.freshness,
        },
        text: () => `${first.commit}\n`,
      };
    });
  }
}

function noAnchor(traceId: string, step: number): OtError {
  return new OtError(
    'OT_NO_ANCHOR',
    'refused',
    `no commit here holds lines of step ${step} of trace ${traceId}`,
    {
      hint: `see what became of the trace: git ot trail blame trace ${traceId}`,
    },
  );
}
