/** Where the value begins that is assigned to a name: in code, env files, YAML, JSON, XML and shells. */

/** From a place in the name: the rest of it, a type, the sign, and what stands before the value (group 1: its quote). */
const ASSIGNED =
  /[A-Za-z0-9_.-]{3,48}(?:\\{0,8}["'`]|\])?(?:[ \t]{1,2}[A-Za-z]{2,10}(?=[ \t]{0,2}=))?[ \t]{0,8}(?:=>|[:?.+|]{0,3}=(?!=)|:|>[ \t\r\n]{0,16}|,(?=[ \t]{0,4}["'])|[ \t](?=["']))[ \t]{0,8}(?:[a-zA-Z]?(\\{0,8}["'`]))?/y;

export interface Assigned {
  /** Offset of the value, after its quote. */
  readonly start: number;
  readonly isQuoted: boolean;
}

/** The assignment to the name around `at`, or null. */
export function assignedAt(text: string, at: number): Assigned | null {
  ASSIGNED.lastIndex = at;
  const found = ASSIGNED.exec(text);
  return found === null ? null : { start: ASSIGNED.lastIndex, isQuoted: found[1] !== undefined };
}
