/** Where the value begins that is assigned to a name: in code, env files, YAML, JSON, XML and shells. */

/** From a place in the name: the rest of it, a type, the sign, and what stands before the value (group 1: its quote). */
const ASSIGNED =
  /[A-Za-z0-9_.-]{3,48}(?:\\{0,8}["'`]|\])?(?:[ \t]{1,2}[A-Za-z]{2,10}(?=[ \t]{0,2}=))?[ \t]{0,8}(?:=>|[:?.+|]{0,3}=(?!=)|:|>[ \t\r\n]{0,16}|,(?=[ \t]{0,4}["'])|[ \t](?=["'])|[ \t](?:is|was)[ \t:])[ \t]{0,8}(?:[a-zA-Z]?(\\{0,8}["'`]))?/y;

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

/** Where a value stands whose name is itself a value: `name: API_TOKEN`, then `value: ...`, as manifests list them. */
const NAMED_VALUE =
  /[A-Za-z0-9_.-]{3,48}[^A-Za-z0-9]{1,60}(?:[0-9]{1,6}[^A-Za-z0-9]{1,20})?value\\{0,4}["']?[ \t]{0,4}[:=][ \t]{0,4}(\\{0,4}["'])?/iy;

/** The value that is told to belong to the name around `at`, or null. */
export function namedValueAt(text: string, at: number): Assigned | null {
  NAMED_VALUE.lastIndex = at;
  const found = NAMED_VALUE.exec(text);
  return found === null ? null : { start: NAMED_VALUE.lastIndex, isQuoted: found[1] !== undefined };
}
