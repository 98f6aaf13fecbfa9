import { Command, Option } from 'clipanion';
import { OtError } from '../../base/errors.ts';
import { AGENT_TARGETS } from '../../capture/live/setup/agents.ts';
import type { App } from '../app.ts';
import { OtCommand } from '../base-command.ts';
import { oneOf } from '../decode.ts';
import type { Reply } from '../envelope.ts';
import { enrol } from '../init.ts';
import { initView } from '../views/init.ts';

export class InitCommand extends OtCommand {
  static override paths = [['init']];
  static override usage = Command.Usage({
    details:
      'Enrols this repository: its sessions are captured, whatever opentraces.tracking says, and its git hooks and ' +
      'the hooks of the agents that are there are set up. --exclude does the opposite. --shared also writes the ' +
      'answer to .opentraces.json, which can be committed and then counts in every clone.',
    examples: [
      ['Enrol this repository with what it has already', 'git ot init --import-existing'],
      ['Leave it out, in every clone', 'git ot init --exclude --shared'],
    ],
  });
  static readonly synopsis = '[--agent NAME] [--import-existing] [--exclude] [--shared]';

  agents = Option.Array('--agent', [], { description: 'set up this agent instead of all that are there' });
  importExisting = Option.Boolean('--import-existing', false, {
    description: 'also capture the sessions that agents had in this repository already',
  });
  exclude = Option.Boolean('--exclude', false, { description: 'capture nothing of this repository' });
  shared = Option.Boolean('--shared', false, { description: 'also write .opentraces.json' });

  protected override async run(app: App): Promise<Reply> {
    const names = AGENT_TARGETS.map(({ agent }) => agent);
    if (this.exclude && (this.importExisting || this.agents.length > 0)) throw bothWays();
    const agents = this.agents.map((name) => oneOf('--agent', name, names));
    const { importExisting, exclude, shared } = this;
    const init = await enrol(app, { agents, importExisting, exclude, shared });
    return {
      schema: 'opentraces.init.v1',
      data: { init },
      text: (page) => initView(page, init),
      nextSteps: exclude ? [] : ['git ot status'],
    };
  }
}

function bothWays(): OtError {
  return new OtError(
    'OT_OPTION_CONFLICT',
    'usage',
    '--exclude goes with neither --agent nor --import-existing',
    {
      hint: 'what is left out is not captured: give one or the other',
    },
  );
}
