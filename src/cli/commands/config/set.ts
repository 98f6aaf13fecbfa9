import { Command, Option } from 'clipanion';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { bundleNamed, writePolicy } from '../../policy.ts';
import { checkedSetting, scopeOf, settingName } from '../../settings.ts';
import { printable } from '../../views/page.ts';
import { writeSetting } from '../../written-settings.ts';

export class ConfigSetCommand extends OtCommand {
  static override paths = [['config', 'set']];
  static override usage = Command.Usage({
    details:
      "Sets a value in the section opentraces of git's configuration: of this repository, or outside of one, or " +
      'with --global, of yours. Names that end in .enabled take true or false.',
    examples: [
      ['Leave this repository out', 'git ot config set enabled false'],
      ['Capture only enrolled repositories', 'git ot config set tracking manual --global'],
    ],
  });
  static readonly synopsis = 'NAME VALUE [--global]';
  static readonly mayBeEmpty = 'VALUE';

  name = Option.String({ name: 'NAME' });
  value = Option.String({ name: 'VALUE' });
  global = Option.Boolean('--global', false, { description: 'for all repositories of yours' });

  protected override async run(app: App): Promise<Reply> {
    const setting = checkedSetting(settingName(this.name), this.value);
    const scope = await scopeOf(app, setting.name, this.global);
    const { name, value } = setting;
    // A policy is its flags too, or those of the one before would count on.
    const bundle = bundleNamed(name, value);
    if (bundle === null) await writeSetting(app, app.cwd, scope, setting);
    else await writePolicy(app, bundle);
    return {
      schema: 'opentraces.config.set.v1',
      data: { setting: { name, value, scope } },
      text: () => `${name} = ${printable(value)} (${scope})\n`,
    };
  }
}
