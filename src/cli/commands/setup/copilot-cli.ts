import { Command } from 'clipanion';
import { SETUP_DETAILS, SetupAgentCommand } from './agent-command.ts';

export class SetupCopilotCliCommand extends SetupAgentCommand {
  static override paths = [['setup', 'copilot-cli']];
  static override usage = Command.Usage({
    details: SETUP_DETAILS,
    examples: [
      ['Capture Copilot CLI from now on', 'git ot setup copilot-cli'],
      ['See what that would change', 'git ot setup copilot-cli --dry-run'],
    ],
  });
  static readonly synopsis = '[--remove] [--dry-run]';

  protected readonly agent = 'copilot-cli';
}
