import { Command, Option } from 'clipanion';
import { findTrace } from '../../../bucket/find.ts';
import { trailGraph } from '../../../trail/graph.ts';
import { limitationsOf } from '../../../trail/repository.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { wholeNumber } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { trailGraphView } from '../../views/trail-graph.ts';
import { withTrail } from '../../with-trail.ts';

const DEFAULT_LIMIT = 50;
const MOST = 10_000;

export class TrailGraphCommand extends OtCommand {
  static override paths = [['trail', 'graph']];
  static override usage = Command.Usage({
    details:
      'How the work of agents hangs together with the history: commits with lines of agents and the patches these ' +
      'lines come from, commits that were made anew from others, patches in no commit, and sub-agents. As JSON ' +
      'nodes and edges. ID limits it to one trace and its sub-agents.',
    examples: [
      ['The last commits with lines of agents', 'git ot trail graph'],
      ['What became of one session, as JSON', 'git ot trail graph 3f2a9c1e --json'],
    ],
  });
  static readonly synopsis = '[ID] [-n | --limit N]';

  id = Option.String({ name: 'ID', required: false });
  limit = Option.String('-n,--limit', {
    description: `at most so many commits, and so many patches in none (${DEFAULT_LIMIT})`,
  });

  protected override run(app: App): Promise<Reply> {
    const typed = this.limit === undefined ? DEFAULT_LIMIT : wholeNumber('--limit', this.limit, 1);
    const limit = Math.min(typed, MOST);
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const { repository, shelves, freshness } = opened;
      const trace = this.id === undefined ? null : (await findTrace(shelves, this.id)).traceId;
      const graph = await trailGraph({ ...opened, trace, limit });
      return {
        schema: 'opentraces.trail.graph.v1',
        notes: limitationNotes(repository),
        data: { trace_id: trace, ...graph, limitations: limitationsOf(repository), freshness },
        text: (page) => trailGraphView(page, graph),
      };
    });
  }
}
