/** What the setup verbs of all agents share. */
import { Option } from 'clipanion';
import { agentTarget, planAgent } from '../../../capture/live/setup/agents.ts';
import { planUnusedScripts } from '../../../capture/live/setup/uninstall.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { agentHomes, installPlaces } from '../../install-places.ts';
import { runSetup } from '../../setup.ts';

export const SETUP_DETAILS =
  'Adds git-ot to the hooks in the settings of the agent, and keeps everything else in them as it is; the first ' +
  'state of the file is kept beside it. A file that does not parse is left alone. --remove is the exact inverse, and the last ' +
  'one takes our scripts along.';

export abstract class SetupAgentCommand extends OtCommand {
  protected abstract readonly agent: string;

  remove = Option.Boolean('--remove', false, { description: 'take the hooks out again' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'show what would change, and change nothing' });

  protected override async run(app: App): Promise<Reply> {
    const { agent, remove, dryRun } = this;
    const target = agentTarget(agent);
    const homes = agentHomes(app);
    const places = installPlaces(app);
    const changes = await planAgent(target, homes, places, remove);
    if (remove) changes.push(...(await planUnusedScripts(homes, places, changes)));
    return runSetup(app, { target: agent, changes, remove, dryRun, note: target.note });
  }
}
