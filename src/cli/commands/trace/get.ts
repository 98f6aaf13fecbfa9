import { Command, Option } from 'clipanion';
import { getTrace, recordOf } from '../../../trace/get.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { traceReference } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { traceView } from '../../views/trace.ts';
import { withShelves } from '../../with-shelves.ts';

export class TraceGetCommand extends OtCommand {
  static override paths = [['trace', 'get']];
  static override usage = Command.Usage({
    details:
      'The whole trace, or some of its steps: ID:7 one step, ID:3-9 a range, ID:last the last one. ' +
      'An id may be cut to its first 8 characters or more where that is unique.',
    examples: [
      ['A trace to read', 'git ot trace get 3f2a9c1e'],
      ['Its last step as JSON', 'git ot trace get 3f2a9c1e:last --json'],
    ],
  });
  static readonly synopsis = 'ID[:STEPS] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const { id, steps: selection } = traceReference(this.reference);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const found = await getTrace(shelves, id, selection);
      const { head, steps, remote } = found;
      const whole = selection === 'all';
      return {
        schema: whole ? 'opentraces.trace.get.v1' : 'opentraces.trace.steps.v1',
        data: whole ? { trace: recordOf(found), remote } : { trace_id: head.trace_id, steps, remote },
        text: (page) => traceView(page, found, whole),
      };
    });
  }
}
