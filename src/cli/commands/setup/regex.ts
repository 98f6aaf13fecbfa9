import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupRegexCommand extends SetupToolCommand {
  static override paths = [['setup', 'regex']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup regex --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'regex';
}
