import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupEntropyCommand extends SetupToolCommand {
  static override paths = [['setup', 'entropy']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup entropy --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'entropy';
}
