import { Command } from 'clipanion';
import { SETUP_DETAILS, SetupAgentCommand } from './agent-command.ts';

export class SetupPiCommand extends SetupAgentCommand {
  static override paths = [['setup', 'pi']];
  static override usage = Command.Usage({
    details: SETUP_DETAILS,
    examples: [
      ['Capture Pi from now on', 'git ot setup pi'],
      ['See what that would change', 'git ot setup pi --dry-run'],
    ],
  });
  static readonly synopsis = '[--remove] [--dry-run]';

  protected readonly agent = 'pi';
}
