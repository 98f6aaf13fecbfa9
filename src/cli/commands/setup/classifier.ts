import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupClassifierCommand extends SetupToolCommand {
  static override paths = [['setup', 'classifier']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup classifier --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'classifier';
}
