/** `Transport` of the git engine: `ls-remote`, `fetch` and `push` of the git program, with the user's own credentials. */
import { OtError } from '../../base/errors.ts';
import { withoutCredentials } from '../failure.ts';
import { isOid } from '../object-codec.ts';
import type {
  HashAlgorithm,
  Oid,
  Ref,
  RefUpdate,
  RefUpdateResult,
  Transport,
  TransportProgress,
} from '../ports.ts';
import { assertRefName, assertRefPrefix, isRefName } from '../ref-name.ts';
import { assertRemoteUrl } from '../remote-url.ts';
import type { GitProgram, GitResult } from '../spawn.ts';
import { type PushLine, parsePushReport, statusOf } from './push-report.ts';
import { planSteps } from './push-steps.ts';
import { remoteAddress } from './remote-address.ts';
import { remoteFailure } from './remote-failure.ts';

export interface TransportOptions {
  /** Bytes of one push step; default 64 MB. */
  readonly stepLimit?: number;
}

/** Transport of the repository at `gitDir`. */
export function programTransport(git: GitProgram, gitDir: string, options: TransportOptions = {}): Transport {
  return new ProgramTransport(git, gitDir, options);
}

class ProgramTransport implements Transport {
  readonly #git: GitProgram;
  readonly #gitDir: string;
  readonly #options: TransportOptions;
  /** Cleared by the first remote that says it has no atomic pushes. */
  #atomic = true;

  constructor(git: GitProgram, gitDir: string, options: TransportOptions) {
    this.#git = git;
    this.#gitDir = gitDir;
    this.#options = options;
  }

  async listRemote(url: string, prefix: string): Promise<readonly Ref[]> {
    assertRemoteUrl(url);
    assertRefPrefix(prefix);
    const { name, env } = remoteAddress(url);
    const args = ['ls-remote', '--refs', '--', name, `${prefix}*`];
    const { code, stdout, stderr } = await this.#run(args, env);
    if (code !== 0) throw remoteFailure('ls-remote', stderr, `exit ${code}`);
    return parseRefs(stdout.toString('utf8'), prefix);
  }

  async fetch(
    url: string,
    refspecs: readonly string[],
    progress?: TransportProgress,
    again = false,
  ): Promise<void> {
    assertRemoteUrl(url);
    for (const refspec of refspecs) assertRefspec(refspec);
    if (refspecs.length === 0) return;
    const { name, env } = remoteAddress(url);
    const args = [
      'fetch',
      ...FETCH_FLAGS,
      ...(again ? ['--refetch'] : []),
      progress === undefined ? '--quiet' : '--progress',
      '--stdin',
      '--',
      name,
    ];
    const { code, stderr } = await this.#run(args, env, `${refspecs.join('\n')}\n`, progress);
    if (code !== 0) throw remoteFailure('fetch', stderr, `exit ${code}`);
  }

  /**
   * Sends every update under a lease, in steps; each step is all or nothing where the remote can do that.
   * After a refused step nothing more is sent. Throws `OT_REMOTE_*` when the remote gives no answer per ref.
   */
  async push(
    url: string,
    updates: readonly RefUpdate[],
    progress?: TransportProgress,
  ): Promise<readonly RefUpdateResult[]> {
    assertRemoteUrl(url);
    for (const update of updates) assertUpdate(update);
    const diverged = await this.#diverged(updates);
    if (diverged.size > 0) return updates.map((update) => unsent(update, diverged.has(update)));
    const results = new Map<string, RefUpdateResult>();
    for (const step of await planSteps(
      { git: this.#git, gitDir: this.#gitDir, ...limitOf(this.#options) },
      updates,
    )) {
      const outcome = await this.#pushStep(url, step, progress);
      for (const result of outcome) results.set(result.remoteRef, result);
      if (outcome.some(({ status }) => status !== 'ok' && status !== 'up_to_date')) break;
    }
    return updates.map((update) => results.get(update.remoteRef) ?? unsent(update, false));
  }

  /** Updates that are no fast-forward and may not be forced. A lease alone would let git overwrite. */
  async #diverged(updates: readonly RefUpdate[]): Promise<ReadonlySet<RefUpdate>> {
    const found = new Set<RefUpdate>();
    for (const update of updates) {
      if (update.force || update.oid === null || update.expected === null) continue;
      if (!(await this.#isAncestor(update.expected, update.oid))) found.add(update);
    }
    return found;
  }

  /** False also when `ancestor` is a commit that we never had. */
  async #isAncestor(ancestor: Oid, descendant: Oid): Promise<boolean> {
    const args = ['merge-base', '--is-ancestor', ancestor, descendant];
    return (await this.#git.run(args, { gitDir: this.#gitDir, okCodes: [0, 1, 128] })).code === 0;
  }

  async #pushStep(
    url: string,
    step: readonly RefUpdate[],
    progress: TransportProgress | undefined,
  ): Promise<readonly RefUpdateResult[]> {
    const { name, env } = remoteAddress(url);
    const args = this.#pushArguments(name, step, progress);
    const { code, stdout, stderr } = await this.#run(args, env, '', progress);
    if (this.#atomic && /does not support --atomic/.test(stderr)) {
      this.#atomic = false;
      return this.#pushStep(url, step, progress);
    }
    const lines = new Map(parsePushReport(stdout.toString('utf8')).map((line) => [line.remoteRef, line]));
    if (code !== 0 && lines.size === 0) throw remoteFailure('push', stderr, `exit ${code}`);
    return this.#results(url, step, lines, stderr);
  }

  #pushArguments(
    remote: string,
    step: readonly RefUpdate[],
    progress: TransportProgress | undefined,
  ): string[] {
    return [
      'push',
      '--porcelain',
      '--no-follow-tags',
      '--no-signed',
      '--recurse-submodules=no',
      ...(this.#atomic ? ['--atomic'] : []),
      progress === undefined ? '--no-progress' : '--progress',
      ...step.map(({ remoteRef, expected }) => `--force-with-lease=${remoteRef}:${expected ?? ''}`),
      '--',
      remote,
      ...step.map(({ oid, remoteRef }) => `${oid ?? ''}:${remoteRef}`),
    ];
  }

  async #results(
    url: string,
    step: readonly RefUpdate[],
    lines: ReadonlyMap<string, PushLine>,
    stderr: string,
  ): Promise<readonly RefUpdateResult[]> {
    const results: RefUpdateResult[] = [];
    for (const update of step) {
      const line = lines.get(update.remoteRef);
      if (line === undefined) throw remoteFailure('push', stderr, 'no answer for a ref');
      const status = statusOf(line) ?? (await this.#refusalOf(url, update));
      results.push({ remoteRef: update.remoteRef, status, reason: plain(line.reason) });
    }
    return results;
  }

  /** Servers word a lost race in many ways; what the ref holds now is the same in every one. */
  async #refusalOf(url: string, update: RefUpdate): Promise<'stale' | 'rejected'> {
    const folder = update.remoteRef.slice(0, update.remoteRef.lastIndexOf('/') + 1);
    const now = (await this.listRemote(url, folder)).find(({ name }) => name === update.remoteRef);
    return (now?.oid ?? null) === update.expected ? 'rejected' : 'stale';
  }

  #run(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    input = '',
    progress?: TransportProgress,
  ): Promise<GitResult> {
    return this.#git.run(args, {
      gitDir: this.#gitDir,
      env,
      input,
      network: true,
      config: [...NETWORK_CONFIG, `core.hooksPath=${this.#gitDir}/hooks`],
      okCodes: ANY_CODE,
      ...(progress === undefined
        ? {}
        : { onStderr: (line: string) => progress(plain(withoutCredentials(line))) }),
    });
  }
}

const ANY_CODE = Array.from({ length: 256 }, (_, code) => code);
/** Helpers that run commands stay shut whatever the user's configuration rewrites a URL to. */
const NETWORK_CONFIG = ['protocol.ext.allow=never', 'protocol.fd.allow=never', 'fetch.fsckObjects=true'];
const FETCH_FLAGS = [
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-gc',
  '--no-prune',
  '--no-recurse-submodules',
  '--no-show-forced-updates',
];

/** What a remote sends to our terminal, without control characters. */
function plain(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '').slice(0, 1000);
}

function limitOf({ stepLimit }: TransportOptions): { limit?: number } {
  return stepLimit === undefined ? {} : { limit: stepLimit };
}

function unsent({ remoteRef }: RefUpdate, diverged: boolean): RefUpdateResult {
  return diverged
    ? { remoteRef, status: 'non_fast_forward', reason: 'not a fast-forward of what the remote has' }
    : { remoteRef, status: 'rejected', reason: 'not sent, because another ref was refused' };
}

function parseRefs(text: string, prefix: string): readonly Ref[] {
  const refs = text.split('\n').flatMap((line) => {
    const [oid = '', name = ''] = line.split('\t');
    return isAnyOid(oid) && name.startsWith(prefix) && isRefName(name) ? [{ name, oid }] : [];
  });
  return refs.sort((left, right) => (left.name < right.name ? -1 : 1));
}

const ALGORITHMS: readonly HashAlgorithm[] = ['sha1', 'sha256'];

function isAnyOid(text: string): boolean {
  return ALGORITHMS.some((algorithm) => isOid(text, algorithm));
}

function assertUpdate(update: RefUpdate): void {
  assertRefName(update.remoteRef);
  for (const oid of [update.oid, update.expected]) {
    if (oid !== null && !isAnyOid(oid)) throw new OtError('OT_OBJECT_ID', 'usage', 'not a full object id');
  }
}

/** `[+]<ref or id>:<ref>`: nothing that git would read as a pattern or an option. */
function assertRefspec(refspec: string): void {
  const [source = '', target, ...rest] = refspec.replace(/^\+/, '').split(':');
  if (
    rest.length === 0 &&
    target !== undefined &&
    isRefName(target) &&
    (isAnyOid(source) || isRefName(source))
  ) {
    return;
  }
  throw new OtError('OT_REFSPEC', 'usage', 'a refspec names one ref or id and one ref');
}
