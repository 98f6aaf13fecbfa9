import { Command } from 'clipanion';
import { SetupToolCommand, TOOL_DETAILS } from './tool-command.ts';

export class SetupLlmPiiCommand extends SetupToolCommand {
  static override paths = [['setup', 'llm_pii']];
  static override usage = Command.Usage({
    details: TOOL_DETAILS,
    examples: [['Switch it off again', 'git ot setup llm_pii --disable']],
  });
  static readonly synopsis = '[--disable]';

  protected override readonly tool = 'llm_pii';
}
