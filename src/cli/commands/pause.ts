import { Command, Option } from 'clipanion';
import { markSession, setPaused } from '../../capture/live/tracking.ts';
import type { App } from '../app.ts';
import { OtCommand } from '../base-command.ts';
import type { Reply } from '../envelope.ts';

export class PauseCommand extends OtCommand {
  static override paths = [['pause']];
  static override usage = Command.Usage({
    details:
      'Stops capture by hooks on this machine until git ot resume; or, with --session, puts a do-not-save mark on one ' +
      'session. What was captured stays, and git ot capture still captures what it is given.',
    examples: [['One session only', 'git ot pause --session 0b1d5a2e-7c1f-4c0e-9a55-1c7be0d2f914']],
  });
  static readonly synopsis = '[--session ID]';

  session = Option.String('--session', { description: 'this session only, by the id its agent gave it' });

  protected override async run({ home }: App): Promise<Reply> {
    const { session } = this;
    if (session === undefined) await setPaused(home, true);
    else await markSession(home, session, true);
    return {
      schema: 'opentraces.pause.v1',
      data: { paused: true, session: session ?? null },
      text: () => (session === undefined ? 'paused\n' : `paused for session ${session}\n`),
    };
  }
}
