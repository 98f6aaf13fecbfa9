import { Command, Option } from 'clipanion';
import { listTraces } from '../../../bucket/list.ts';
import { skillsOf } from '../../../trace/skills.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { damageNotes } from '../../damage.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { startProgress } from '../../progress.ts';
import { skillsView } from '../../views/trace-skills.ts';
import { withShelves } from '../../with-shelves.ts';

export class TraceSkillsCommand extends OtCommand {
  static override paths = [['trace', 'skills']];
  static override usage = Command.Usage({
    details:
      'Skills used in any trace, own and pulled, the most used first: called by the agent, called by a person as ' +
      'a slash command, or read by the agent from their file. --json says in which traces and steps.',
    examples: [['What was used, and where', 'git ot trace skills --json']],
  });
  static readonly synopsis = '[--engine NAME]';

  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const notes = damageNotes();
      const progress = startProgress(app, 'reading', this.quiet);
      const listed = await listTraces(shelves, notes.add);
      const onTrace = (done: number, total: number): void => progress.update(done, total);
      const skills = await skillsOf(listed, { onDamage: notes.add, onTrace }).finally(() => progress.end());
      return {
        schema: 'opentraces.trace.skills.v1',
        data: { skills, findings: notes.findings },
        text: (page) => skillsView(page, skills, notes.findings),
        ...notes.failure(),
      };
    });
  }
}
