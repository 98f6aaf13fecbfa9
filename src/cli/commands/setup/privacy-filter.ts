import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupPrivacyFilterCommand extends SetupToolCommand {
  static override paths = [['setup', 'privacy_filter']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup privacy_filter --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'privacy_filter';
}
