/** Where the value begins that is assigned to a name: in code, env files, YAML, JSON, XML and shells. */

/** From a place in the name: the rest of it, a type, the sign, and what stands before the value (group 1: its quote). */
const NAME = String.raw`[A-Za-z0-9_.\x80-\xff-]{3,48}(?:\\{0,8}["'\x60]\]?|\])?`;
const TYPE = String.raw`(?:(?:[ \t]{1,2}|:[ \t]?)[A-Za-z]{2,10}(?=[ \t]{0,2}=))?`;
const SIGNS = String.raw`=>|[:?.+|]{0,3}=(?!=)|,[ \t]?do:|:|>[ \t\r\n]{0,16}|,(?=[ \t]{0,4}["'])|[ \t](?=["'])|[ \t](?:is|was)[ \t:]|\|(?=[ \t])`;
const BEFORE_VALUE = String.raw`[ \t]{0,8}(?:!!str[ \t])?(?:[a-zA-Z]?(\\{0,8}["'\x60]))?`;
const ASSIGNED = new RegExp(String.raw`${NAME}${TYPE}[ \t]{0,8}(?:${SIGNS})${BEFORE_VALUE}`, 'y');

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

/** Commands that set a variable by name and value. */
const SETTER =
  /(?:^|[^A-Za-z0-9])(?:set|setx|setenv|ENV|put|add)[ \t]{1,4}(?:-[a-z]{1,4}[ \t]{1,4})?[^ \t\r\n]{0,80}$/;
const VARIABLE_BEFORE = /(?:^|[^A-Za-z0-9_-])[A-Z][A-Z0-9_]{0,40}$/;
const SPACED = /([A-Za-z0-9_.-]{3,48})[ \t]{1,8}(?:(?:--body|-b|--value)[ =])?(\\{0,4}["'])?(?=[^ \t\r\n-])/y;
/** Farthest between the command and the name. */
const REACH = 100;

/** `set NAME value`, `ENV NAME value`, `NAME value`; of the last the name is that of a variable, all in capitals. */
export function spacedValueAt(text: string, at: number): Assigned | null {
  SPACED.lastIndex = at;
  const found = SPACED.exec(text);
  if (found === null) return null;
  const before = text.slice(Math.max(0, at - REACH), at);
  const isVariable = /^[A-Z0-9_]+$/.test(found[1]!) && VARIABLE_BEFORE.test(before);
  if (!isVariable && !SETTER.test(before)) return null;
  return { start: SPACED.lastIndex, isQuoted: found[2] !== undefined };
}
