import { Command } from 'clipanion';
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
      'Looks at git, node, the hooks of agents and what they start, the spool, the bucket and this repository. ' +
      'Every finding names what mends it. Changes nothing. Exits with 3 when there are findings.',
    examples: [['What is wrong?', 'git ot doctor']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    const { versions, findings } = await examine(app);
    return {
      schema: 'opentraces.doctor.v1',
      data: { versions, findings },
      text: (page) => doctorView(page, findings),
      ...(findings.length === 0 ? {} : { failure: unwell(findings.length) }),
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
