import { existsSync } from 'node:fs';
import { Command } from 'clipanion';
import type { App } from '../app.ts';
import { OtCommand } from '../base-command.ts';
import { drain } from '../drain.ts';
import type { Reply } from '../envelope.ts';
import { count } from '../views/page.ts';

const NOTHING = { events: 0, captures: 0, traces: 0, set_aside: 0 };

export class CaptureDrainCommand extends OtCommand {
  static override paths = [['capture', 'drain']];
  static override usage = Command.Usage({
    details:
      'Captures the sessions that hooks have noted in the spool, and ends when nothing is left there. Hooks ' +
      'start it by themselves; a session is looked at again two seconds after its turn has ended. Where git made ' +
      'commits, their lines are attributed and get notes, as by git ot trail sync.',
    examples: [['Take in what hooks have noted', 'git ot capture drain']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    // A hook that ran while everything was purged may have started this: nothing is made anew for it.
    const folders = new Set<string>();
    const onGit = (folder: string): void => void folders.add(folder);
    const report = existsSync(app.home) ? await drain(app, { lookAgainMs: 2_000, onGit }) : NOTHING;
    if (folders.size > 0) await (await import('../anchor.ts')).anchorAt(app, folders);
    const { events, captures, traces, set_aside } = report;
    const aside = set_aside === 0 ? '' : `, ${set_aside} set aside`;
    return {
      schema: 'opentraces.capture.drain.v1',
      data: { drain: report },
      text: () =>
        `${count(events, 'event')}, ${count(captures, 'capture')}, ${count(traces, 'changed trace')}${aside}\n`,
      nextSteps: set_aside === 0 ? [] : ['git ot doctor'],
    };
  }
}
