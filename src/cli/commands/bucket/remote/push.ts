import { Command, Option } from 'clipanion';
import { withoutCredentials } from '../../../../git/failure.ts';
import { applyPush, type PushPlan, planPush } from '../../../../sync/push.ts';
import { countReseal, type Reseal } from '../../../../sync/reseal.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import { askConsent } from '../../../consent.ts';
import type { Reply } from '../../../envelope.ts';
import { assertSeals, bucketPolicy } from '../../../policy.ts';
import { startProgress } from '../../../progress.ts';
import { withRemote } from '../../../remote-context.ts';
import { withSealing } from '../../../sealing.ts';
import { type PushSummary, pushView, resealLine } from '../../../views/remote.ts';

export class BucketRemotePushCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'push']];
  static override usage = Command.Usage({
    details:
      "Sends the sealed copy of this bucket's traces, in which secrets are replaced by placeholders, as its policy " +
      'says (git ot bucket security); a month sealed under another policy is sealed anew, and takes the place of the ' +
      'old one. The destination and the counts are shown first and consent is asked for; --yes gives it in advance. ' +
      'Without a terminal and without --yes nothing is sent (exit 3). With the policy off nothing is replaced, ' +
      'which takes --allow-unsealed.',
    examples: [
      ['See what would leave', 'git ot bucket remote push team --dry-run'],
      ['Send it', 'git ot bucket remote push team'],
    ],
  });
  static readonly synopsis = '[NAME] [--dry-run] [--yes] [--allow-unsealed]';

  name = Option.String({ name: 'NAME', required: false });
  dryRun = Option.Boolean('--dry-run', false, { description: 'show the plan and change nothing at all' });
  yes = Option.Boolean('--yes', false, { description: 'consent in advance' });
  allowUnsealed = Option.Boolean('--allow-unsealed', false, {
    description: 'send although the policy replaces nothing',
  });

  protected override run(app: App): Promise<Reply> {
    const progress = startProgress(app, 'pushing', this.quiet);
    const sent = withRemote(app, this.name, progress.line, async (context, remote) => {
      const policy = await bucketPolicy(app);
      if (!this.dryRun && !this.allowUnsealed) assertSeals(policy);
      const reseal = await countReseal(context.bucket, policy);
      if (reseal.traces > 0 && !this.quiet) await app.io.err(resealLine(policy, reseal));
      const push = { ...context, policy, onSeal: progress.update };
      const plan = await withSealing((sealing) => planPush({ ...push, sealing }, remote, this.dryRun));
      await progress.end();
      if (this.dryRun || plan.updates.length === 0) return reply(summaryOf(plan, reseal, this.dryRun, 0));
      const shown = pushView({ color: false, columns: app.io.columns }, summaryOf(plan, reseal, true, 0));
      await askConsent(app, shown, `send to ${withoutCredentials(remote.url)}?`, this.yes);
      return reply(summaryOf(plan, reseal, false, (await applyPush(push, plan)).pushed));
    });
    return sent.finally(() => progress.end());
  }
}

function reply(summary: PushSummary): Reply {
  return {
    schema: 'opentraces.bucket.remote.push.v1',
    data: summary,
    text: (page) => pushView(page, summary),
    ...(summary.dry_run ? { nextSteps: [`git ot bucket remote push ${summary.remote.name}`] } : {}),
  };
}

function summaryOf(plan: PushPlan, reseal: Reseal, dryRun: boolean, pushed: number): PushSummary {
  const { remote, policy, lane, new_lane, refs, replaced } = plan;
  const shown = { name: remote.name, url: withoutCredentials(remote.url) };
  return { remote: shown, policy, lane, new_lane, refs, replaced, reseal, dry_run: dryRun, pushed };
}
