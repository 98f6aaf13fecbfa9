import { Command, Option } from 'clipanion';
import { diffOf } from '../../../context/diff.ts';
import { nodeReference } from '../../../context/ids.ts';
import { openContext, stepIn } from '../../../context/open.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { contextLayers } from '../../ctx-decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { diffView } from '../../views/ctx-diff.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxDiffCommand extends OtCommand {
  static override paths = [['ctx', 'diff']];
  static override usage = Command.Usage({
    details:
      'What entered the window and what left it between two nodes: messages, results that were dropped, reasoning ' +
      'that was not sent again, and keys of the other layers.',
    examples: [['What a compaction took away', 'git ot ctx diff 3f2a9c1e:41 3f2a9c1e:43']],
  });
  static readonly synopsis = 'A B [--layers LAYERS] [--engine NAME]';

  before = Option.String({ name: 'A' });
  after = Option.String({ name: 'B' });
  layers = Option.String('--layers', { description: 'only these layers, separated by commas' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const [from, to] = [nodeReference(this.before), nodeReference(this.after)];
    const layers = contextLayers(this.layers);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const old = await openContext(shelves, from.trace);
      const now = from.trace === to.trace ? old : await openContext(shelves, to.trace);
      const diff = diffOf(
        { context: old, step: stepIn(old, from.step) },
        { context: now, step: stepIn(now, to.step) },
        layers,
      );
      return {
        schema: 'opentraces.ctx.diff.v1',
        data: diff,
        text: (page) => diffView(page, diff),
      };
    });
  }
}
