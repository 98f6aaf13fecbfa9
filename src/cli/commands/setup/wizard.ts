import { Command } from 'clipanion';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { offeredSteps, runWizard } from '../../wizard.ts';

export class SetupCommand extends OtCommand {
  static override paths = [['setup']];
  static override usage = Command.Usage({
    details:
      'Asks, on a terminal, for each agent that is there, for this repository, and for completions, whether to set ' +
      'it up. Every step is also a command of its own. Without a terminal it changes nothing and names those commands.',
    examples: [['Be asked', 'git ot setup']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    const steps = await offeredSteps(app);
    const done = app.io.interactive && !this.json ? await runWizard(app, steps) : [];
    const left = steps.filter((step) => !done.includes(step));
    const commands = left.map(({ command }) => command);
    return {
      schema: 'opentraces.setup.wizard.v1',
      data: { done: done.map(({ command }) => command), offered: commands },
      text: () => done.map(({ command }) => `done: ${command}\n`).join('') || 'nothing was changed\n',
      status: done.length === 0 && left.length > 0 ? 'needs_action' : 'ok',
      nextSteps: done.length === 0 ? commands : ['git ot status'],
    };
  }
}
