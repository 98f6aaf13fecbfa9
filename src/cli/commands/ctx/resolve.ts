import { Command, Option } from 'clipanion';
import { contextReference, layerIdOf, nodeIdOf } from '../../../context/ids.ts';
import { viewNode } from '../../../context/node-view.ts';
import { openContext, stepIn } from '../../../context/open.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { nodeView } from '../../views/ctx-node.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxResolveCommand extends OtCommand {
  static override paths = [['ctx', 'resolve']];
  static override usage = Command.Usage({
    details:
      'What an id or an address of a context stands for: a node (cn:..., ot://context-node/...) or a layer ' +
      '(cl:..., ot://context-layer/...), with its content.',
    examples: [['A layer', 'git ot ctx resolve cl:3f2a9c1e-0b7d-5c1e-9a55-1c7be0d2f914:system:1']],
  });
  static readonly synopsis = 'REFERENCE [--full] [--offline] [--engine NAME]';

  reference = Option.String({ name: 'REFERENCE' });
  full = Option.Boolean('--full', false, { description: 'with all texts' });
  offline = Option.Boolean('--offline', false, {
    description: 'end with exit code 4 when a text is not here',
  });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const { trace, step, layer } = contextReference(this.reference);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, trace);
      const at = stepIn(context, step);
      const wanted = layer === undefined ? {} : { layers: [layer] };
      const node = await viewNode(context, at, { ...wanted, full: this.full, offline: this.offline });
      const { traceId } = context;
      const found =
        layer === undefined
          ? {
              kind: 'context_node',
              id: nodeIdOf(traceId, at),
              uri: `ot://context-node/${nodeIdOf(traceId, at)}`,
            }
          : {
              kind: 'context_layer',
              id: layerIdOf(traceId, layer, at),
              uri: `ot://context-layer/${layerIdOf(traceId, layer, at)}`,
            };
      return {
        schema: 'opentraces.ctx.resolve.v1',
        data: { ...found, node, remote: context.remote },
        text: (page) => nodeView(page, node),
      };
    });
  }
}
