import { Command, Option } from 'clipanion';
import { shortIds } from '../../../base/short-ids.ts';
import { listTraces } from '../../../bucket/list.ts';
import { listPage, type TraceQuery } from '../../../trace/list.ts';
import { agentHint } from '../../agent-hint.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { damageNotes } from '../../damage.ts';
import { TIME_FORMS, timeRange, wholeNumber } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { traceListView } from '../../views/trace-list.ts';
import { withShelves } from '../../with-shelves.ts';

const DEFAULT_LIMIT = 50;

export class TraceListCommand extends OtCommand {
  static override paths = [['trace', 'list']];
  static override usage = Command.Usage({
    details: `Traces of this bucket and of every pulled remote, newest first. ${TIME_FORMS}`,
    examples: [
      ['What happened this week', 'git ot trace list --since 7d'],
      ['Sub-agents too, as JSON', 'git ot trace list --subagents --json'],
    ],
  });
  static readonly synopsis =
    '[--project PROJECT] [--agent AGENT] [--since TIME] [--until TIME] [--subagents] [--limit N] [--cursor CURSOR] [--engine NAME]';

  project = Option.String('--project', { description: 'only of this project: its id, or its name' });
  agent = Option.String('--agent', { description: 'only of this agent, such as claude-code' });
  since = Option.String('--since', { description: 'only traces that were still active then or later' });
  until = Option.String('--until', { description: 'only traces that began before or then' });
  subagents = Option.Boolean('--subagents', false, { description: 'sub-agents too' });
  limit = Option.String('--limit', { description: `traces on a page (${DEFAULT_LIMIT})` });
  cursor = Option.String('--cursor', { description: 'go on after this page: its next_cursor' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const query = this.#query(app);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const notes = damageNotes();
      const listed = await listTraces(shelves, notes.add);
      const page = listPage(listed, query);
      const agents = listed.map(({ row }) => row.agent);
      return {
        schema: 'opentraces.trace.list.v1',
        data: { ...page, findings: notes.findings },
        text: (on) =>
          traceListView(on, page, notes.findings, shortIds(listed.map(({ row }) => row.trace_id))),
        ...agentHint('git ot trace list', query.agent, agents),
        ...notes.failure(),
      };
    });
  }

  #query(app: App): TraceQuery {
    return {
      ...(this.project === undefined ? {} : { project: this.project }),
      ...(this.agent === undefined ? {} : { agent: this.agent }),
      ...timeRange(this.since, this.until, app.platform.now()),
      subagents: this.subagents,
      limit: this.limit === undefined ? DEFAULT_LIMIT : wholeNumber('--limit', this.limit, 1),
      ...(this.cursor === undefined ? {} : { cursor: this.cursor }),
    };
  }
}
