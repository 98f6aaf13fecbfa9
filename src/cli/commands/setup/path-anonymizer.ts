import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupPathAnonymizerCommand extends SetupToolCommand {
  static override paths = [['setup', 'path_anonymizer']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup path_anonymizer --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'path_anonymizer';
}
