import { Command, Option } from 'clipanion';
import { settleLogs } from '../../capture/live/state.ts';
import { isPaused, markSession, setPaused } from '../../capture/live/tracking.ts';
import type { App } from '../app.ts';
import { OtCommand } from '../base-command.ts';
import type { Reply } from '../envelope.ts';

export class ResumeCommand extends OtCommand {
  static override paths = [['resume']];
  static override usage = Command.Usage({
    details:
      'Takes up capture by hooks again; or, with --session, takes the do-not-save mark off one session.',
    examples: [['One session only', 'git ot resume --session 0b1d5a2e-7c1f-4c0e-9a55-1c7be0d2f914']],
  });
  static readonly synopsis = '[--session ID]';

  session = Option.String('--session', { description: 'this session only, by the id its agent gave it' });

  protected override async run({ home, platform }: App): Promise<Reply> {
    const { session } = this;
    if (session !== undefined) await markSession(home, session, false);
    else if (await isPaused(home)) {
      await setPaused(home, false);
      // What was left out on purpose is nothing that hooks missed.
      await settleLogs(home, platform, platform.now());
    }
    return {
      schema: 'opentraces.pause.v1',
      data: { paused: false, session: session ?? null },
      text: () => (session === undefined ? 'resumed\n' : `resumed for session ${session}\n`),
    };
  }
}
