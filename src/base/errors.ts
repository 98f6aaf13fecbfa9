/**
 * The one error class of the program. A plain `Error` is a bug; an `OtError` is an outcome the user
 * can act on. Messages carry refs, object ids and paths, never trace content or credentials.
 */

/** What went wrong, coarse enough to pick an exit code. */
export type ErrorKind =
  | 'declined'
  | 'usage'
  | 'refused'
  | 'network'
  | 'corrupt'
  | 'not_found'
  | 'conflict'
  | 'blocked';

/** Exit code of each kind: the table in README.md and DESIGN §10. */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  declined: 1,
  usage: 2,
  refused: 3,
  network: 4,
  corrupt: 5,
  not_found: 6,
  conflict: 7,
  blocked: 8,
};

export interface OtErrorOptions {
  /** What the user can do next: one sentence, often a command. */
  hint?: string;
  /** True when the same command may succeed later without any change. */
  retryable?: boolean;
  /** Keys of the JSON document beside `error`, such as `candidates`. */
  payload?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** An expected failure with a stable code such as `OT_REF_CONFLICT`; codes are never reused. */
export class OtError extends Error {
  readonly code: `OT_${string}`;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly payload: Readonly<Record<string, unknown>>;

  constructor(code: `OT_${string}`, kind: ErrorKind, message: string, options: OtErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OtError';
    this.code = code;
    this.kind = kind;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.payload = options.payload ?? {};
  }
}

/** True for an error of the operating system with the given `code` (`ENOENT`, `ENOSPC`, ...). */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
