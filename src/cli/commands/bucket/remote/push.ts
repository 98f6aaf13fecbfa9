import { Command, Option } from 'clipanion';
import { withoutCredentials } from '../../../../git/failure.ts';
import { DEFAULT_POLICY, resolvePolicy } from '../../../../security/policy.ts';
import { applyPush, type PushPlan, planPush } from '../../../../sync/push.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import { askConsent } from '../../../consent.ts';
import type { Reply } from '../../../envelope.ts';
import { startProgress } from '../../../progress.ts';
import { withRemote } from '../../../remote-context.ts';
import { type PushSummary, pushView } from '../../../views/remote.ts';

export class BucketRemotePushCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'push']];
  static override usage = Command.Usage({
    details:
      "Sends the sealed copy of this bucket's traces, in which secrets are replaced by placeholders. The " +
      'destination and the counts are shown first and consent is asked for; --yes gives it in advance. Without ' +
      'a terminal and without --yes nothing is sent (exit 3).',
    examples: [
      ['See what would leave', 'git ot bucket remote push team --dry-run'],
      ['Send it', 'git ot bucket remote push team'],
    ],
  });
  static readonly synopsis = '[NAME] [--dry-run] [--yes]';

  name = Option.String({ name: 'NAME', required: false });
  dryRun = Option.Boolean('--dry-run', false, { description: 'show the plan and change nothing at all' });
  yes = Option.Boolean('--yes', false, { description: 'consent in advance' });

  protected override run(app: App): Promise<Reply> {
    const progress = startProgress(app, 'pushing', this.quiet);
    const sent = withRemote(app, this.name, progress.line, async (context, remote) => {
      const policy = resolvePolicy(DEFAULT_POLICY);
      const push = { ...context, policy, onSeal: progress.update };
      const plan = await planPush(push, remote, this.dryRun);
      await progress.end();
      if (this.dryRun || plan.updates.length === 0) return reply(plan, this.dryRun, 0);
      const shown = pushView({ color: false, columns: app.io.columns }, summaryOf(plan, true, 0));
      await askConsent(app, shown, `send to ${withoutCredentials(remote.url)}?`, this.yes);
      return reply(plan, false, (await applyPush(push, plan)).pushed);
    });
    return sent.finally(() => progress.end());
  }
}

function reply(plan: PushPlan, dryRun: boolean, pushed: number): Reply {
  const summary = summaryOf(plan, dryRun, pushed);
  return {
    schema: 'opentraces.bucket.remote.push.v1',
    data: summary,
    text: (page) => pushView(page, summary),
    ...(dryRun ? { nextSteps: [`git ot bucket remote push ${plan.remote.name}`] } : {}),
  };
}

function summaryOf(plan: PushPlan, dryRun: boolean, pushed: number): PushSummary {
  const { remote, policy, lane, new_lane, refs, replaced } = plan;
  const shown = { name: remote.name, url: withoutCredentials(remote.url) };
  return { remote: shown, policy, lane, new_lane, refs, replaced, dry_run: dryRun, pushed };
}
