/** `setup bucket`: the bucket, its policy and a remote. Asked on a terminal; otherwise at least the recommended policy. */
import { OtError } from '../base/errors.ts';
import { withoutCredentials } from '../git/failure.ts';
import { hubEndpoint, isHubUrl } from '../remote/hub.ts';
import { findToken } from '../remote/hub-token.ts';
import { BUNDLES, DEFAULT_POLICY, POLICY_NAMES, type PolicyName } from '../security/policy.ts';
import { TOOLS, toolNamed } from '../security/registry.ts';
import { addRemote, listRemotes, type Remote } from '../sync/remotes.ts';
import type { App } from './app.ts';
import { authMissing, hubPlaces } from './auth.ts';
import { type SecurityReport, setTools } from './bucket-security.ts';
import { remoteUrl } from './decode.ts';
import { policyChoice } from './policy.ts';
import { type Opened, withBucket } from './with-bucket.ts';

export interface BucketSetupOptions {
  /** A remote to add; its URL as git takes it. */
  readonly url: string | undefined;
  readonly name: string;
  readonly policy: PolicyName | undefined;
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  /** A person can be asked. */
  readonly canAsk: boolean;
}

export interface BucketSetup extends SecurityReport {
  /** Credentials left out. */
  readonly remotes: readonly Remote[];
}

/**
 * Throws `OT_AUTH_MISSING` (exit 3) for a remote at the hub without a token, and what adding a remote throws;
 * nothing is changed then.
 */
export async function setUpBucket(app: App, options: BucketSetupOptions): Promise<BucketSetup> {
  for (const name of [...options.enable, ...options.disable]) toolNamed(name);
  if (options.url !== undefined) await assertLoggedIn(app, options.url);
  const tools = await wantedTools(app, options);
  const url = options.url ?? (options.canAsk ? await askUrl(app) : undefined);
  if (url !== undefined) await assertLoggedIn(app, url);
  return withBucket(app, { create: true }, async (opened) => {
    if (url !== undefined) await addMissing(app, opened, { name: options.name, url });
    const report = await setTools(app, tools);
    const remotes = await listRemotes(app.git, opened.bucket);
    return { ...report, remotes: remotes.map(({ name, url }) => ({ name, url: withoutCredentials(url) })) };
  });
}

/** Any other remote asks for itself, or lets everybody in. */
async function assertLoggedIn(app: App, url: string): Promise<void> {
  if (!isHubUrl(url, hubEndpoint(app.setting('HF_ENDPOINT')))) return;
  if ((await findToken(hubPlaces(app))) === null) throw authMissing();
}

/** The same remote twice is one. */
async function addMissing(app: App, { bucket }: Opened, remote: Remote): Promise<void> {
  const known = await listRemotes(app.git, bucket);
  if (known.some(({ name, url }) => name === remote.name && url === remote.url)) return;
  await addRemote(app.git, bucket, remote);
}

async function wantedTools(app: App, options: BucketSetupOptions): Promise<readonly string[]> {
  const { policy, enable, disable, canAsk } = options;
  const isSaid = policy !== undefined || enable.length > 0 || disable.length > 0;
  const base = policy === undefined ? await startingTools(app, canAsk && !isSaid) : BUNDLES[policy];
  const on = new Set([...base, ...enable]);
  for (const name of disable) on.delete(name);
  return [...on];
}

/** Without anybody to ask: never less than recommended, and never less than there was. */
async function startingTools(app: App, canAsk: boolean): Promise<readonly string[]> {
  if (canAsk) return askTools(app);
  const { tools } = await policyChoice(app);
  const isStricter = BUNDLES[DEFAULT_POLICY].every((name) => tools.includes(name));
  return isStricter ? tools : BUNDLES[DEFAULT_POLICY];
}

async function askTools(app: App): Promise<readonly string[]> {
  const answers = ['recommended', 'basic', 'strict', 'off', 'custom'];
  await app.io.err(`security policy of the bucket (${answers.join(' / ')}) [${DEFAULT_POLICY}]: `);
  const answer = ((await app.io.readLine()) ?? '').trim();
  if (answer === 'custom') return askEachTool(app);
  const named = POLICY_NAMES.find((name) => name === (answer === '' ? DEFAULT_POLICY : answer));
  if (named !== undefined) return BUNDLES[named];
  throw new OtError('OT_DECLINED', 'declined', 'that is no policy, so nothing was changed', {
    hint: `answer with one of ${answers.join(', ')}`,
  });
}

async function askUrl(app: App): Promise<string | undefined> {
  await app.io.err('remote to push to (a URL or path, empty for none): ');
  const answer = ((await app.io.readLine()) ?? '').trim();
  return answer === '' ? undefined : remoteUrl(answer, app.cwd);
}

async function askEachTool(app: App): Promise<readonly string[]> {
  const wanted: string[] = [];
  for (const { name, description } of TOOLS) {
    const isUsual = BUNDLES[DEFAULT_POLICY].includes(name);
    await app.io.err(`${name}: ${description} ${isUsual ? '[Y/n]' : '[y/N]'} `);
    const answer = (await app.io.readLine())?.trim().toLowerCase();
    if (answer === undefined) throw new OtError('OT_DECLINED', 'declined', 'nothing was changed');
    if (answer === 'y' || (isUsual && answer !== 'n')) wanted.push(name);
  }
  return wanted;
}
