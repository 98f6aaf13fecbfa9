import { Command, Option } from 'clipanion';
import { OtError } from '../../base/errors.ts';
import type { App } from '../app.ts';
import { OtCommand } from '../base-command.ts';
import { examine } from '../doctor.ts';
import type { Reply } from '../envelope.ts';
import { doctorView } from '../views/live.ts';

export class DoctorCommand extends OtCommand {
  static override paths = [['doctor']];
  static override usage = Command.Usage({
    details:
      'Looks at git, node, the hooks of agents and of repositories and what they start, sessions that no hook told ' +
      'of, the spool, the bucket, its catalog and its remotes. Every finding names what mends it. Changes nothing, ' +
      'and asks no remote unless told to. Exits with 3 when there is something to mend; notes need no mending.',
    examples: [
      ['What is wrong?', 'git ot doctor'],
      ['Can the remotes be reached, too?', 'git ot doctor --remotes'],
    ],
  });
  static readonly synopsis = '[--remotes]';

  remotes = Option.Boolean('--remotes', false, { description: 'also ask each remote for its refs' });

  protected override async run(app: App): Promise<Reply> {
    const { versions, findings } = await examine(app, { remotes: this.remotes });
    const problems = findings.filter(({ level }) => level === 'problem').length;
    return {
      schema: 'opentraces.doctor.v1',
      data: { versions, findings },
      text: (page) => doctorView(page, findings),
      ...(problems === 0 ? {} : { failure: unwell(problems) }),
    };
  }
}

function unwell(count: number): OtError {
  return new OtError(
    'OT_DOCTOR',
    'refused',
    `${count === 1 ? '1 thing needs' : `${count} things need`} mending`,
    {
      hint: 'each finding names its fix',
    },
  );
}
