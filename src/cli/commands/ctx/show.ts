import { Command, Option } from 'clipanion';
import { viewNode } from '../../../context/node-view.ts';
import { openContext, stepIn } from '../../../context/open.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { contextLayers, contextStep } from '../../ctx-decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { nodeView } from '../../views/ctx-node.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxShowCommand extends OtCommand {
  static override paths = [['ctx', 'show']];
  static override usage = Command.Usage({
    details: 'A context node by its id, or by trace and step (ID:7, ID:last), with its layers.',
    examples: [['The runtime state at the end', 'git ot ctx show 3f2a9c1e:last --layers runtime_state']],
  });
  static readonly synopsis = 'NODE [--layers LAYERS] [--full] [--offline] [--engine NAME]';

  node = Option.String({ name: 'NODE' });
  layers = Option.String('--layers', { description: 'only these layers, separated by commas' });
  full = Option.Boolean('--full', false, { description: 'with all texts' });
  offline = Option.Boolean('--offline', false, {
    description: 'end with exit code 4 when a text is not here',
  });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const { trace, step } = contextStep(this.node, undefined);
    const layers = contextLayers(this.layers);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, trace);
      const at = stepIn(context, step);
      const node = await viewNode(context, at, { layers, full: this.full, offline: this.offline });
      return {
        schema: 'opentraces.ctx.show.v1',
        data: { ...node, remote: context.remote },
        text: (page) => nodeView(page, node),
      };
    });
  }
}
