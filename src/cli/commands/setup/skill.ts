import { Command, Option } from 'clipanion';
import { planExtras, SKILL_AGENTS, skillFiles } from '../../../capture/live/setup/extras.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { oneOf } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { agentHomes, installPlaces } from '../../install-places.ts';
import { runSetup } from '../../setup.ts';

export class SetupSkillCommand extends OtCommand {
  static override paths = [['setup', 'skill']];
  static override usage = Command.Usage({
    details:
      'Installs a skill that teaches agents to look up earlier sessions with the commands that read: for Claude ' +
      'Code, or for the agents that are named.',
    examples: [['For two agents', 'git ot setup skill --agent claude-code --agent codex-cli']],
  });
  static readonly synopsis = '[--agent NAME] [--remove] [--dry-run]';

  agents = Option.Array('--agent', [], { description: 'claude-code, codex-cli or pi' });
  remove = Option.Boolean('--remove', false, { description: 'take the skill out again' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'show what would change, and change nothing' });

  protected override async run(app: App): Promise<Reply> {
    const { remove, dryRun } = this;
    const named = this.agents.map((name) => oneOf('--agent', name, SKILL_AGENTS));
    // Removing takes out every copy; installing is for those that are named.
    const names = named.length > 0 || remove ? named : ['claude-code'];
    const changes = await planExtras(installPlaces(app), skillFiles(agentHomes(app)), names, remove);
    return runSetup(app, { target: 'skill', changes, remove, dryRun });
  }
}
