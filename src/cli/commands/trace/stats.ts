import { Command, Option } from 'clipanion';
import { listTraces } from '../../../bucket/list.ts';
import { PRICE_TABLE } from '../../../trace/prices.ts';
import { GROUPINGS, statsOf } from '../../../trace/stats.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { damageNotes } from '../../damage.ts';
import { oneOf } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { startProgress } from '../../progress.ts';
import { statsView } from '../../views/trace-stats.ts';
import { withShelves } from '../../with-shelves.ts';

export class TraceStatsCommand extends OtCommand {
  static override paths = [['trace', 'stats']];
  static override usage = Command.Usage({
    details:
      'Tokens and cost of all traces, own and pulled, sub-agents included; a call that several sessions repeat ' +
      'counts once. Costs are list prices out of a table with a date; a model that is not in it has no cost, nor a call whose agent did not count the prompt. ' +
      'Tokens that only a session as a whole states are added without a cost.',
    examples: [
      ['What each day cost', 'git ot trace stats --by day'],
      ['By model, as JSON', 'git ot trace stats --by model --json'],
    ],
  });
  static readonly synopsis = '[--by GROUP] [--engine NAME]';

  by = Option.String('--by', { description: `one line per ${GROUPINGS.join(', ')}` });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const by = this.by === undefined ? null : oneOf('--by', this.by, GROUPINGS);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const notes = damageNotes();
      const progress = startProgress(app, 'reading', this.quiet);
      const listed = await listTraces(shelves, notes.add);
      const onTrace = (done: number, total: number): void => progress.update(done, total);
      const stats = await statsOf(listed, by, { onDamage: notes.add, onTrace }).finally(() => progress.end());
      return {
        schema: 'opentraces.trace.stats.v1',
        data: { ...stats, prices: PRICE_TABLE, findings: notes.findings },
        text: (page) => statsView(page, stats, notes.findings),
        ...notes.failure(),
      };
    });
  }
}
