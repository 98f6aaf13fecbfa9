import { Command } from 'clipanion';
import { SETUP_DETAILS, SetupAgentCommand } from './agent-command.ts';

export class SetupOpencodeCommand extends SetupAgentCommand {
  static override paths = [['setup', 'opencode']];
  static override usage = Command.Usage({
    details: SETUP_DETAILS,
    examples: [
      ['Capture OpenCode from now on', 'git ot setup opencode'],
      ['See what that would change', 'git ot setup opencode --dry-run'],
    ],
  });
  static readonly synopsis = '[--remove] [--dry-run]';

  protected readonly agent = 'opencode';
}
