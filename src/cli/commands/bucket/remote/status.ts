import { Command, Option } from 'clipanion';
import { OtError } from '../../../../base/errors.ts';
import { withoutCredentials } from '../../../../git/failure.ts';
import { compareRemote } from '../../../../sync/compare.ts';
import { chooseRemote, listRemotes, type Remote } from '../../../../sync/remotes.ts';
import type { App } from '../../../app.ts';
import { OtCommand } from '../../../base-command.ts';
import type { Reply } from '../../../envelope.ts';
import { type CompareParts, compareParts } from '../../../remote-context.ts';
import { type RemoteState, remoteStatusView } from '../../../views/remote.ts';
import { withBucket } from '../../../with-bucket.ts';

export class BucketRemoteStatusCommand extends OtCommand {
  static override paths = [['bucket', 'remote', 'status']];
  static override usage = Command.Usage({
    details:
      'Lists the remotes, and for each whether a push would send or a pull would bring anything. Asks each ' +
      'remote for its refs; one that cannot be reached is reported and does not stop the others.',
    examples: [['All remotes', 'git ot bucket remote status']],
  });
  static readonly synopsis = '[NAME]';

  name = Option.String({ name: 'NAME', required: false });

  protected override run(app: App): Promise<Reply> {
    return withBucket(app, {}, async (opened) => {
      const { bucket } = opened;
      const chosen =
        this.name === undefined
          ? await listRemotes(app.git, bucket)
          : [await chooseRemote(app.git, bucket, this.name)];
      const parts = await compareParts(app, opened);
      const remotes = await Promise.all(chosen.map((remote) => stateOf(parts, remote)));
      return {
        schema: 'opentraces.bucket.remote.status.v1',
        data: { remotes },
        text: (page) => remoteStatusView(page, remotes),
        nextSteps: remotes.length === 0 ? ['git ot bucket remote add NAME URL'] : [],
        ...failureOf(remotes),
      };
    });
  }
}

/** The payload stays: the other remotes were asked all the same. */
function failureOf(remotes: readonly RemoteState[]): Pick<Reply, 'failure'> {
  const silent = remotes.filter(({ state }) => state === 'unreachable');
  if (silent.length === 0) return {};
  const names = silent.map(({ name }) => name).join(', ');
  return {
    failure: silent.every(({ error }) => error?.code === 'OT_REMOTE_AUTH')
      ? new OtError('OT_REMOTE_AUTH', 'refused', `not let in by ${names}`)
      : new OtError('OT_REMOTE_UNREACHABLE', 'network', `no answer from ${names}`),
  };
}

async function stateOf(parts: CompareParts, remote: Remote): Promise<RemoteState> {
  const { name } = remote;
  const url = withoutCredentials(remote.url);
  try {
    const { state, to_push, to_pull, pulled_traces } = await compareRemote(parts, remote);
    return { name, url, state, to_push: to_push.length, to_pull: to_pull.length, pulled_traces };
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    const { code, message } = error;
    return {
      name,
      url,
      state: 'unreachable',
      to_push: null,
      to_pull: null,
      pulled_traces: null,
      error: { code, message },
    };
  }
}
