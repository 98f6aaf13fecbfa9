import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupGitleaksCommand extends SetupToolCommand {
  static override paths = [['setup', 'gitleaks']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup gitleaks --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'gitleaks';
}
