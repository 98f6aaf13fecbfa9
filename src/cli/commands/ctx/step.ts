import { Command, Option } from 'clipanion';
import { filledBy } from '../../../context/filled-by.ts';
import { viewNode } from '../../../context/node-view.ts';
import { openContext, stepIn } from '../../../context/open.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { contextLayers, contextStep } from '../../ctx-decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { filledByView, nodeView } from '../../views/ctx-node.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxStepCommand extends OtCommand {
  static override paths = [['ctx', 'step']];
  static override usage = Command.Usage({
    details:
      'The window of a step: of a step in which the model spoke what that call was given, of any other what the ' +
      'model had with it. Four layers: system, messages, tool_registry, runtime_state; each says how much of it ' +
      'is known and why it is not more.',
    examples: [
      ['What the model had at step 12', 'git ot ctx step 3f2a9c1e 12'],
      ['With all texts, as JSON', 'git ot ctx step 3f2a9c1e 12 --full --json'],
      ['What filled it', 'git ot ctx step 3f2a9c1e last --tokens'],
    ],
  });
  static readonly synopsis = 'ID [STEP] [--tokens] [--layers LAYERS] [--full] [--offline] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  step = Option.String({ name: 'STEP', required: false });
  tokens = Option.Boolean('--tokens', false, {
    description: 'what filled it: by layer, part, tool and file',
  });
  layers = Option.String('--layers', { description: 'only these layers, separated by commas' });
  full = Option.Boolean('--full', false, { description: 'with all texts' });
  offline = Option.Boolean('--offline', false, {
    description: 'end with exit code 4 when a text is not here',
  });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const { trace, step } = contextStep(this.reference, this.step);
    const layers = contextLayers(this.layers);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, trace);
      const at = stepIn(context, step);
      const node = await viewNode(context, at, { layers, full: this.full, offline: this.offline });
      const tokens = this.tokens ? await filledBy(context, at) : null;
      return {
        schema: 'opentraces.ctx.step.v1',
        data: { ...node, ...(tokens === null ? {} : { tokens }), remote: context.remote },
        text: (page) => (tokens === null ? nodeView(page, node) : filledByView(page, node, tokens)),
      };
    });
  }
}
