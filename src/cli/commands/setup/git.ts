import { Command, Option } from 'clipanion';
import {
  leftAlone,
  noteRepository,
  planRepository,
  repositoryHooks,
} from '../../../capture/live/setup/repository.ts';
import { planUnusedScripts } from '../../../capture/live/setup/uninstall.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { agentHomes, installPlaces } from '../../install-places.ts';
import { runSetup } from '../../setup.ts';

export class SetupGitCommand extends OtCommand {
  static override paths = [['setup', 'git']];
  static override usage = Command.Usage({
    details:
      'Adds a block to the post-commit, post-rewrite, post-merge and pre-push hooks of this repository, wherever git ' +
      'looks for them: what a commit, a rewrite or a merge finished is captured at once, and evidence is refused to ' +
      'any remote that is no remote of the bucket. ' +
      'Hooks that are there keep every byte. A hook that is no shell script, or that lies in the work tree and is ' +
      'not ignored there, is left alone and what to add is shown (exit 3); the others are set up.',
    examples: [['Hooks for this repository', 'git ot setup git']],
  });
  static readonly synopsis = '[--remove] [--dry-run]';

  remove = Option.Boolean('--remove', false, { description: 'take the blocks out again' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'show what would change, and change nothing' });

  protected override async run(app: App): Promise<Reply> {
    const { remove, dryRun } = this;
    const places = installPlaces(app);
    const hooks = await repositoryHooks(app.git, app.cwd);
    const { changes, left } = await planRepository(app.git, hooks, places, remove);
    if (changes.length === 0) throw leftAlone(left);
    if (remove && left.length === 0)
      changes.push(...(await planUnusedScripts(agentHomes(app), places, changes)));
    const reply = await runSetup(app, { target: 'git', changes, remove, dryRun });
    if (!dryRun) await noteRepository(places, app.platform, hooks, !remove || left.length > 0);
    return left.length === 0 ? reply : { ...reply, failure: leftAlone(left) };
  }
}
