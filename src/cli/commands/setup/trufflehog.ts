import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupTrufflehogCommand extends SetupToolCommand {
  static override paths = [['setup', 'trufflehog']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup trufflehog --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'trufflehog';
}
