import { Command, Option } from 'clipanion';
import { listTraces } from '../../../bucket/list.ts';
import { contextRows } from '../../../context/list.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { damageNotes } from '../../damage.ts';
import { wholeNumber } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { contextListView } from '../../views/ctx-lists.ts';
import { withShelves } from '../../with-shelves.ts';

const DEFAULT_LIMIT = 50;

export class CtxListCommand extends OtCommand {
  static override paths = [['ctx', 'list']];
  static override usage = Command.Usage({
    details:
      'Traces and the size of their context trees, newest first, from the manifest alone: nothing else is read.',
    examples: [['Sub-agents too', 'git ot ctx list --subagents']],
  });
  static readonly synopsis = '[--subagents] [--limit N] [--engine NAME]';

  subagents = Option.Boolean('--subagents', false, { description: 'sub-agents too' });
  limit = Option.String('--limit', { description: `traces to list (${DEFAULT_LIMIT})` });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const limit = this.limit === undefined ? DEFAULT_LIMIT : wholeNumber('--limit', this.limit, 1);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const notes = damageNotes();
      const rows = contextRows(await listTraces(shelves, notes.add), this.subagents);
      const contexts = rows.slice(0, limit);
      return {
        schema: 'opentraces.ctx.list.v2',
        data: { contexts, total: rows.length, findings: notes.findings },
        text: (page) => contextListView(page, contexts),
        ...notes.failure(),
      };
    });
  }
}
