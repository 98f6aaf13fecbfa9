import { Command, Option } from 'clipanion';
import { handOverOf } from '../../../context/hand-over.ts';
import { nodeReference } from '../../../context/ids.ts';
import { openContext, stepIn } from '../../../context/open.ts';
import { resumeAt } from '../../../context/resume.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { oneOf } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { printable } from '../../views/page.ts';
import { withShelves } from '../../with-shelves.ts';

export class CtxResumeCommand extends OtCommand {
  static override paths = [['ctx', 'resume']];
  static override usage = Command.Usage({
    details:
      'All that another agent needs to go on from a node: the resume packet as JSON, or a Markdown page to start ' +
      'from. Nothing is sealed: look at it before you share it.',
    examples: [
      ['A page for the next agent', 'git ot ctx resume 3f2a9c1e:last > hand-over.md'],
      ['The packet', 'git ot ctx resume 3f2a9c1e:40 --format json'],
    ],
  });
  static readonly synopsis = 'NODE [--format FORMAT] [--offline] [--engine NAME]';

  node = Option.String({ name: 'NODE' });
  format = Option.String('--format', { description: 'markdown (default) or json' });
  offline = Option.Boolean('--offline', false, {
    description: 'end with exit code 4 when a text is not here',
  });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const { trace, step } = nodeReference(this.node);
    const format =
      this.format === undefined ? 'markdown' : oneOf('--format', this.format, ['markdown', 'json']);
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const context = await openContext(shelves, trace);
      const packet = await resumeAt(context, stepIn(context, step), this.offline);
      return {
        schema: 'opentraces.context_resume.v1',
        data: packet,
        text: () =>
          format === 'json'
            ? `${JSON.stringify({ schema_version: 'opentraces.context_resume.v1', ...packet })}\n`
            : printable(handOverOf(packet)),
      };
    });
  }
}
