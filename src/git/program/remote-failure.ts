/** What a failed fetch, push or ls-remote means to the user. */
import { OtError } from '../../base/errors.ts';
import { gitFailed, reasonOf } from '../failure.ts';

const AUTH =
  /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied \(|Host key verification failed|returned error: 40[13]|HTTP 40[13]|Invalid username or (?:password|token)|access denied|not authorized/i;
const REFUSED =
  /pre-receive hook declined|not our ref|couldn't find remote ref|remote did not send all necessary objects|fsck error|unpack failed|index-pack (?:failed|abnormal exit)|mismatched algorithms|does not support this repository's hash algorithm|unexpected capabilities|did not receive expected object|remote unpack failed|bad pack|transport '[a-z0-9+.-]{1,40}' not allowed/i;
const UNREACHABLE =
  /^ssh: |unable to access|does not appear to be a git repository|Connection (?:refused|reset|timed out)/;
const STORAGE =
  /No space left on device|Disk quota exceeded|Read-only file system|insufficient permission for adding|unable to create temporary/;

/**
 * `OT_REMOTE_AUTH` (kind `refused`), `OT_REMOTE_REJECTED` or `OT_REMOTE_UNREACHABLE` (kind `network`); a full
 * local disk by its own name.
 */
export function remoteFailure(subcommand: string, stderr: string, outcome: string): OtError {
  const local = withoutRemoteLines(stderr);
  if (STORAGE.test(local)) return gitFailed(subcommand, local, outcome);
  const denied = lineWith(stderr, AUTH);
  if (denied !== null) {
    return new OtError('OT_REMOTE_AUTH', 'refused', `the remote did not let us in: ${denied}`, {
      hint: 'Check your credentials for that host: ssh key, credential helper or token.',
    });
  }
  const refused = lineWith(stderr, REFUSED);
  if (refused !== null) return network('OT_REMOTE_REJECTED', `the exchange was refused: ${refused}`, {});
  const reason = lineWith(stderr, UNREACHABLE) ?? reasonOf(stderr);
  return network(
    'OT_REMOTE_UNREACHABLE',
    `git ${subcommand} could not reach the remote: ${reason || outcome}`,
    {
      hint: 'Check the URL and the connection, then run the same command again.',
      retryable: true,
    },
  );
}

/** The line that says it: what follows it is often only "the remote end hung up". */
function lineWith(stderr: string, words: RegExp): string | null {
  const line = stderr.split(/[\r\n]/).find((candidate) => words.test(candidate));
  return line === undefined ? null : reasonOf(line);
}

function network(
  code: `OT_${string}`,
  message: string,
  options: { hint?: string; retryable?: boolean },
): OtError {
  return new OtError(code, 'network', message, options);
}

/** A full disk at the other end is not ours. */
function withoutRemoteLines(stderr: string): string {
  return stderr
    .split(/[\r\n]/)
    .filter((line) => !line.startsWith('remote: '))
    .join('\n');
}
