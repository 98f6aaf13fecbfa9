/** Errors of git children: what may be told of a failed command. */
import { OtError } from '../base/errors.ts';
import { maskUrls } from './remote-url.ts';

/** `text` with `***` for passwords, tokens and query values of URLs; the name of a user stays. */
export function withoutCredentials(text: string): string {
  return maskUrls(text);
}

/** The line of git's stderr that says why: the last `fatal:` or `error:`, else the last non-empty one. */
export function reasonOf(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /^(?:fatal|error|remote: (?:fatal|error)): /.test(line));
  const reason = (telling.at(-1) ?? lines.at(-1) ?? '').slice(0, 500);
  return withoutCredentials(reason).replace(/[\x00-\x1f\x7f-\x9f]/g, '');
}

/** What git says when the repository itself is at fault. */
const DAMAGE =
  /^(?:fatal|error): (?:missing (?:blob|tree|commit) object|not a git repository|--local can only be used inside a git repository|bad object |unable to read (?:tree )?[0-9a-f]{40}|unexpected line in .*packed-refs|.* nonexistent object )/m;

function damagedRepository(subcommand: string, stderr: string): OtError {
  const message = `git ${subcommand} found damage: ${reasonOf(stderr)}`;
  return new OtError('OT_REPOSITORY_DAMAGED', 'corrupt', message, {
    hint: 'Run: git ot bucket verify --full',
  });
}

export function gitTooSlow(subcommand: string): OtError {
  return new OtError('OT_GIT_TOO_SLOW', 'usage', `git ${subcommand} did not end in time and was ended`, {
    hint: 'run it there by hand: a filter, or a file system, may not answer',
  });
}

/** `OT_GIT_FAILED` naming the subcommand and git's own reason; `OT_REPOSITORY_DAMAGED` when that is damage. */
export function gitFailed(subcommand: string, stderr: string, outcome: string): OtError {
  const storage = storageFailure(stderr);
  if (storage !== null) return storage;
  if (DAMAGE.test(stderr)) return damagedRepository(subcommand, stderr);
  const reason = reasonOf(stderr);
  return new OtError(
    'OT_GIT_FAILED',
    'usage',
    `git ${subcommand} failed (${outcome})${reason && `: ${reason}`}`,
    {
      hint: 'Run `git ot doctor`; the message is what git itself said.',
    },
  );
}

/** `OT_GIT_MISSING`: the program could not be started. */
export function gitMissing(cause: unknown): OtError {
  return new OtError('OT_GIT_MISSING', 'usage', 'the git program could not be started', {
    hint: 'Install git 2.39 or newer and make sure it is on PATH.',
    cause,
  });
}

type Storage = 'full' | 'read-only' | 'failed';

const STORAGE: Readonly<Record<Storage, () => OtError>> = {
  full: () =>
    new OtError('OT_DISK_FULL', 'usage', 'the disk is full; nothing was changed', {
      hint: 'Free some space and run the same command again.',
      retryable: true,
    }),
  'read-only': () =>
    new OtError('OT_READ_ONLY', 'usage', 'the repository cannot be written; nothing was changed', {
      hint: 'Check that its folder is on a writable file system and that you own it.',
    }),
  failed: () =>
    new OtError('OT_WRITE_FAILED', 'usage', 'the disk reported an error while writing; nothing was changed', {
      hint: 'Check the disk, then run the same command again.',
      retryable: true,
    }),
};

const BY_ERRNO = new Map<string, Storage>([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EFBIG', 'full'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
  ['EIO', 'failed'],
  ['EMFILE', 'failed'],
  ['ENFILE', 'failed'],
]);

/** The outcome for an error of our own file operations: a storage failure by name, anything else as it is. */
export function writeFailure(error: unknown): unknown {
  const kind = BY_ERRNO.get((error as NodeJS.ErrnoException | null)?.code ?? '');
  return kind === undefined ? error : STORAGE[kind]();
}

const BY_TEXT: ReadonlyArray<readonly [string, Storage]> = [
  ['No space left on device', 'full'],
  ['Disk quota exceeded', 'full'],
  ['File too large', 'full'],
  ['Read-only file system', 'read-only'],
  ['Permission denied', 'read-only'],
  ['Operation not permitted', 'read-only'],
  ['insufficient permission for adding an object', 'read-only'],
  ['Input/output error', 'failed'],
];

function storageFailure(stderr: string): OtError | null {
  const found = BY_TEXT.find(([text]) => stderr.includes(text));
  return found === undefined ? null : STORAGE[found[1]]();
}
