import { Command, Option } from 'clipanion';
import { limitationsOf } from '../../../context/limitations.ts';
import { openContext, stepIn } from '../../../context/open.ts';
import { treeOf } from '../../../context/tree.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { wholeNumber, wholeTrace } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { treeView } from '../../views/ctx-tree.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxTreeCommand extends OtCommand {
  static override paths = [['ctx', 'tree']];
  static override usage = Command.Usage({
    details:
      'How the windows of a trace grew out of each other: where it was compacted, where a sub-agent was started, ' +
      'where a person went back and took another way. Shown is the way to the youngest step, or to --leaf.',
    examples: [['Branches that were left, too', 'git ot ctx tree 3f2a9c1e --show-orphans']],
  });
  static readonly synopsis = 'ID [--leaf STEP] [--show-orphans] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  leaf = Option.String('--leaf', { description: 'the way to this step' });
  orphans = Option.Boolean('--show-orphans', false, { description: 'branches that were left, too' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const leaf = this.leaf === undefined ? undefined : wholeNumber('--leaf', this.leaf, 1);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, wholeTrace(this.reference));
      const at = leaf === undefined ? {} : { leaf: stepIn(context, leaf) };
      const limitations = await limitationsOf(context, shelves);
      const tree = treeOf(context, { ...at, orphans: this.orphans, limitations });
      return {
        schema: 'opentraces.ctx.tree.v1',
        data: { ...tree, remote: context.remote },
        text: (page) => treeView(page, tree),
      };
    });
  }
}
