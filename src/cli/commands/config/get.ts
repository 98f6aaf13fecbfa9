import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { listSettings } from '../../../git/settings.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { SECTION, settingName } from '../../settings.ts';
import { printable } from '../../views/page.ts';

export class ConfigGetCommand extends OtCommand {
  static override paths = [['config', 'get']];
  static override usage = Command.Usage({
    details: 'Prints the value that counts here. Exits with 6 when the setting has none.',
    examples: [['Is this repository captured?', 'git ot config get enabled']],
  });
  static readonly synopsis = 'NAME';

  name = Option.String({ name: 'NAME' });

  protected override async run(app: App): Promise<Reply> {
    const name = settingName(this.name);
    const settings = await listSettings(app.git, app.cwd, SECTION);
    // git prints section and key in lower case.
    const setting = settings.filter((entry) => entry.name.toLowerCase() === name.toLowerCase()).at(-1);
    if (setting === undefined) throw new OtError('OT_CONFIG_NOT_SET', 'not_found', `${name} is not set`);
    return {
      schema: 'opentraces.config.get.v1',
      data: { setting },
      text: () => `${printable(setting.value)}\n`,
    };
  }
}
