/** Failures of the file system below `$OT_HOME`, by name: what happened and what to do. */
import { isSystemError, OtError } from '../base/errors.ts';

/** `OT_DISK_FULL`, `OT_READ_ONLY` or `OT_WRITE_FAILED` for an error of a file operation; an `OtError` stays as it is. */
export function unwritable(home: string, cause: unknown): OtError {
  if (cause instanceof OtError) return cause;
  if (isSystemError(cause, 'ENOSPC', 'EDQUOT', 'EFBIG')) {
    return new OtError('OT_DISK_FULL', 'usage', `no space left for the bucket at ${home}`, {
      hint: 'free some space, then run the command again; nothing was changed',
      retryable: true,
      cause,
    });
  }
  if (isSystemError(cause, 'EIO', 'EMFILE', 'ENFILE')) {
    return new OtError('OT_WRITE_FAILED', 'usage', `the system reported an error while writing to ${home}`, {
      hint: 'check the disk, then run the command again; nothing was changed',
      retryable: true,
      cause,
    });
  }
  return new OtError('OT_READ_ONLY', 'usage', `the bucket at ${home} cannot be written`, {
    hint: 'check the permissions of OT_HOME, or set OT_HOME to a folder you can write',
    cause,
  });
}

/** `OT_HOME_UNREADABLE`. */
export function unreadable(home: string, cause: unknown): OtError {
  return new OtError('OT_HOME_UNREADABLE', 'usage', `${home} cannot be read`, {
    hint: 'check the permissions of OT_HOME',
    cause,
  });
}
