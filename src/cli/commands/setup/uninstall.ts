import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { planUninstall } from '../../../capture/live/setup/uninstall.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { agentHomes, installPlaces, shellHomes } from '../../install-places.ts';
import { purgeAll, purgePlan } from '../../purge.ts';
import { runSetup } from '../../setup.ts';
import { keptNotes, purgedNotes } from '../../views/setup.ts';
import { allWritten, currentFolder, removeWritten, type Written } from '../../written-settings.ts';

export class SetupUninstallCommand extends OtCommand {
  static override paths = [['setup', 'uninstall']];
  static override usage = Command.Usage({
    details:
      'Takes out everything that setup put anywhere: hooks of agents, hooks of repositories, scripts. What somebody edited is left alone and told (exit 3). What was ' +
      'captured stays, unless --purge is given, which deletes the bucket and all that git-ot keeps beside it, its ' +
      'settings and notes in the repositories it knows and in the current one, and nothing else.',
    examples: [['See what would go', 'git ot setup uninstall --dry-run']],
  });
  static readonly synopsis = '[--dry-run] [--purge] [--yes]';

  dryRun = Option.Boolean('--dry-run', false, { description: 'show what would go, and change nothing' });
  purge = Option.Boolean('--purge', false, { description: 'also delete everything that was captured' });
  yes = Option.Boolean('--yes', false, { description: 'agree to --purge' });

  protected override async run(app: App): Promise<Reply> {
    if (this.purge && !this.yes && !this.dryRun) throw notAgreed(app.home);
    const { dryRun, purge } = this;
    const written = await allWritten(app);
    // Before anything is changed: it may refuse.
    const purged = purge ? await purgePlan(app) : [];
    if (!purge || dryRun) return told(await this.#uninstall(app), written, purge ? purged : null);
    const reply = await purgeAll(app, async () => {
      const done = await this.#uninstall(app);
      await removeWritten(app, written);
      return done;
    });
    return told(reply, written, purged);
  }

  async #uninstall(app: App): Promise<Reply> {
    const [homes, shells, places] = [agentHomes(app), shellHomes(app), installPlaces(app)];
    const { changes, left } = await planUninstall(app.git, homes, shells, places, currentFolder(app));
    const run = { target: 'uninstall', changes, remove: true, dryRun: this.dryRun };
    const done = await runSetup(app, run);
    return left.length === 0 ? done : { ...done, failure: someLeft(left) };
  }
}

/** `purged` is null when what was captured stays, and settings and notes in repositories with it. */
function told(reply: Reply, written: readonly Written[], purged: readonly string[] | null): Reply {
  const data = { ...reply.data, written, ...(purged === null ? {} : { purged }) };
  return { ...reply, data, notes: purged === null ? keptNotes(written) : purgedNotes(purged, written) };
}

/** All else is done by then. */
function someLeft(left: readonly OtError[]): OtError {
  const what = left.length === 1 ? '1 place was' : `${left.length} places were`;
  return new OtError('OT_SETUP_LEFT', 'refused', `${what} left alone`, {
    hint: left.map(({ message, hint }) => `${message}; ${hint ?? ''}`).join('\n'),
  });
}

function notAgreed(home: string): OtError {
  return new OtError('OT_CONSENT_MISSING', 'refused', 'nothing was deleted: consent is missing', {
    hint: `--purge deletes everything captured in ${home}: look with --dry-run, then give --yes`,
  });
}
