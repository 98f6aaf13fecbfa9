import { Command, Option } from 'clipanion';
import { completionFiles, planExtras, SHELLS } from '../../../capture/live/setup/extras.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { oneOf } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { installPlaces, shellHomes } from '../../install-places.ts';
import { runSetup } from '../../setup.ts';

const NOTE = 'zsh finds it once $XDG_DATA_HOME/zsh/site-functions (~/.local/share/...) is in its fpath';

export class SetupCompletionsCommand extends OtCommand {
  static override paths = [['setup', 'completions']];
  static override usage = Command.Usage({
    details: 'Installs completion for bash, zsh and fish, or for the one shell that is named.',
    examples: [['Completion for fish', 'git ot setup completions --shell fish']],
  });
  static readonly synopsis = '[--shell NAME] [--remove] [--dry-run]';

  shell = Option.String('--shell', { description: 'bash, zsh or fish' });
  remove = Option.Boolean('--remove', false, { description: 'take the files out again' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'show what would change, and change nothing' });

  protected override async run(app: App): Promise<Reply> {
    const { remove, dryRun } = this;
    const names = this.shell === undefined ? [] : [oneOf('--shell', this.shell, SHELLS)];
    const changes = await planExtras(installPlaces(app), completionFiles(shellHomes(app)), names, remove);
    const note = names.length === 0 || names.includes('zsh') ? NOTE : undefined;
    return runSetup(app, { target: 'completions', changes, remove, dryRun, note });
  }
}
