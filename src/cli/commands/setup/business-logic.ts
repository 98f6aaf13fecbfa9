import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupBusinessLogicCommand extends SetupToolCommand {
  static override paths = [['setup', 'business_logic']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup business_logic --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'business_logic';
}
