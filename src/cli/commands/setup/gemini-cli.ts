import { Command } from 'clipanion';
import { SETUP_DETAILS, SetupAgentCommand } from './agent-command.ts';

export class SetupGeminiCliCommand extends SetupAgentCommand {
  static override paths = [['setup', 'gemini-cli']];
  static override usage = Command.Usage({
    details: SETUP_DETAILS,
    examples: [
      ['Capture Gemini CLI from now on', 'git ot setup gemini-cli'],
      ['See what that would change', 'git ot setup gemini-cli --dry-run'],
    ],
  });
  static readonly synopsis = '[--remove] [--dry-run]';

  protected readonly agent = 'gemini-cli';
}
