import { Command } from 'clipanion';
import { SETUP_DETAILS, SetupAgentCommand } from './agent-command.ts';

export class SetupClaudeCodeCommand extends SetupAgentCommand {
  static override paths = [['setup', 'claude-code']];
  static override usage = Command.Usage({
    details: SETUP_DETAILS,
    examples: [
      ['Capture Claude Code from now on', 'git ot setup claude-code'],
      ['See what that would change', 'git ot setup claude-code --dry-run'],
    ],
  });
  static readonly synopsis = '[--remove] [--dry-run]';

  protected readonly agent = 'claude-code';
}
