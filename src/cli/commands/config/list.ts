import { Command } from 'clipanion';
import { listSettings } from '../../../git/settings.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { SECTION } from '../../settings.ts';
import { table } from '../../views/page.ts';

export class ConfigListCommand extends OtCommand {
  static override paths = [['config', 'list']];
  static override usage = Command.Usage({
    details: 'Lists what git finds of our settings from here: the last value of a name counts.',
    examples: [['All settings', 'git ot config list']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    const settings = await listSettings(app.git, app.cwd, SECTION);
    const rows = settings.map(({ name, value, scope }) => [name, scope, value]);
    return {
      schema: 'opentraces.config.list.v1',
      data: { settings },
      text: (page) => (rows.length === 0 ? 'no settings\n' : table(page, ['NAME', 'SCOPE', 'VALUE'], rows)),
    };
  }
}
