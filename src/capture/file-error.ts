/** Failures that concern one file only, so that the capture of the others goes on. */
import { OtError } from '../base/errors.ts';

const FILE_CODES = /^OT_(SOURCE_|SESSION_|NOT_A_SESSION|FORMAT_UNKNOWN$)/;

export function isFileError(error: unknown): error is OtError {
  return error instanceof OtError && FILE_CODES.test(error.code);
}

/** A failure that concerns one file only is an answer; any other is thrown on. */
export async function orFileError<T>(work: () => Promise<T>): Promise<T | OtError> {
  try {
    return await work();
  } catch (error) {
    if (isFileError(error)) return error;
    throw error;
  }
}
