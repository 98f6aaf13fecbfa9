import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { scopeOf, settingName } from '../../settings.ts';
import { removeSetting } from '../../written-settings.ts';

export class ConfigUnsetCommand extends OtCommand {
  static override paths = [['config', 'unset']];
  static override usage = Command.Usage({
    details:
      'Removes a setting where git ot config set would write it. Exits with 6 when it is not set there.',
    examples: [['Back to the default', 'git ot config unset enabled']],
  });
  static readonly synopsis = 'NAME [--global]';

  name = Option.String({ name: 'NAME' });
  global = Option.Boolean('--global', false, { description: 'from your own configuration' });

  protected override async run(app: App): Promise<Reply> {
    const name = settingName(this.name);
    const scope = await scopeOf(app, name, this.global);
    if (!(await removeSetting(app, scope, name))) {
      throw new OtError('OT_CONFIG_NOT_SET', 'not_found', `${name} is not set in the ${scope} configuration`);
    }
    return {
      schema: 'opentraces.config.unset.v1',
      data: { setting: { name, scope } },
      text: () => `${name} is no longer set (${scope})\n`,
    };
  }
}
