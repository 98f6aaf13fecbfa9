import { Command, Option } from 'clipanion';
import { findTrace, openCopy } from '../../../bucket/find.ts';
import { contextRow } from '../../../context/list.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { wholeTrace } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { contextInfoView } from '../../views/ctx-lists.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxInfoCommand extends OtCommand {
  static override paths = [['ctx', 'info']];
  static override usage = Command.Usage({
    details: 'Whether a trace has a context tree, and how many nodes, from its manifest row alone.',
    examples: [['As JSON', 'git ot ctx info 3f2a9c1e --json']],
  });
  static readonly synopsis = 'ID [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const copy = await findTrace(shelves, wholeTrace(this.reference));
      const info = contextRow({ row: await openCopy(copy).meta(), copies: [copy] });
      return {
        schema: 'opentraces.ctx.info.v2',
        data: info,
        text: (page) => contextInfoView(page, info),
      };
    });
  }
}
