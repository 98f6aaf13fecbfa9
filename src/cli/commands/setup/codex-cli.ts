import { Command } from 'clipanion';
import { SETUP_DETAILS, SetupAgentCommand } from './agent-command.ts';

export class SetupCodexCliCommand extends SetupAgentCommand {
  static override paths = [['setup', 'codex-cli']];
  static override usage = Command.Usage({
    details: SETUP_DETAILS,
    examples: [
      ['Capture Codex CLI from now on', 'git ot setup codex-cli'],
      ['See what that would change', 'git ot setup codex-cli --dry-run'],
    ],
  });
  static readonly synopsis = '[--remove] [--dry-run]';

  protected readonly agent = 'codex-cli';
}
