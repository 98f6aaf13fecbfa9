/** What the remote commands hand to `sync/`. */
import type { Transport, TransportProgress } from '../git/ports.ts';
import { programTransport } from '../git/program/transport.ts';
import type { CompareContext } from '../sync/compare.ts';
import { chooseRemote, type Remote } from '../sync/remotes.ts';
import type { App } from './app.ts';
import { bucketPolicy } from './policy.ts';
import { type Opened, withBucket } from './with-bucket.ts';

export interface RemoteContext extends Opened {
  readonly transport: (gitDir: string) => Transport;
  readonly onProgress: TransportProgress;
}

/** Runs `work` with an existing bucket and the named remote, or the only one. */
export async function withRemote<T>(
  app: App,
  name: string | undefined,
  onProgress: TransportProgress,
  work: (context: RemoteContext, remote: Remote) => Promise<T>,
): Promise<T> {
  return withBucket(app, {}, async (opened) => {
    const remote = await chooseRemote(app.git, opened.bucket, name);
    const transport = (gitDir: string): Transport => programTransport(app.git, gitDir);
    return work({ ...opened, transport, onProgress }, remote);
  });
}

export type CompareParts = Opened & Pick<CompareContext, 'policy' | 'transport'>;

/** What comparing with remotes needs: the policy a push would seal under, and a way to ask. */
export async function compareParts(app: App, opened: Opened): Promise<CompareParts> {
  return {
    ...opened,
    policy: await bucketPolicy(app),
    transport: (gitDir) => programTransport(app.git, gitDir),
  };
}
