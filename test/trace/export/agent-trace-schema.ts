/**
 * The rules of the published JSON schema of an Agent Trace record (specification 0.1.0), written down as
 * checks. Stricter where its editions differ: three-part version, no unknown keys, times in UTC.
 */

type Check = (value: unknown, at: string) => string[];

const text =
  (pattern?: RegExp, longest = Number.POSITIVE_INFINITY): Check =>
  (value, at) =>
    typeof value !== 'string' || (pattern !== undefined && !pattern.test(value)) || value.length > longest
      ? [`${at} is no such text`]
      : [];

const line: Check = (value, at) =>
  Number.isSafeInteger(value) && Number(value) >= 1 ? [] : [`${at} is no line`];

const oneOf =
  (...words: readonly string[]): Check =>
  (value, at) =>
    words.includes(value as string) ? [] : [`${at} is none of ${words.join()}`];

const list =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => check(each, `${at}[${index}]`))
      : [`${at} is no list`];

function record(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`];
    const missing = Object.keys(required).filter((key) => !Object.hasOwn(value, key));
    const found = Object.entries(value).flatMap(([key, member]) => {
      const check = required[key] ?? optional[key];
      return check === undefined ? [`${at}.${key} is not allowed`] : check(member, `${at}.${key}`);
    });
    return [...missing.map((key) => `${at}.${key} is missing`), ...found];
  };
}

const uri = text(/^[a-z][a-z0-9+.-]*:\S+$/i);
const contributor = record(
  { type: oneOf('human', 'ai', 'mixed', 'unknown') },
  { model_id: text(undefined, 250) },
);
const range: Check = (value, at) => {
  const problems = record({ start_line: line, end_line: line }, { content_hash: text(), contributor })(
    value,
    at,
  );
  const { start_line: start, end_line: end } = value as { start_line: number; end_line: number };
  return start <= end ? problems : [...problems, `${at} ends before it starts`];
};
const conversation = record(
  { ranges: list(range) },
  { url: uri, contributor, related: list(record({ type: text(), url: uri })) },
);

const check = record(
  {
    version: text(/^\d+\.\d+\.\d+$/),
    id: text(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    timestamp: text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
    files: list(record({ path: text(/^[^/]/), conversations: list(conversation) })),
  },
  {
    vcs: record({ type: oneOf('git', 'jj', 'hg', 'svn'), revision: text(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/) }),
    tool: record({ name: text(), version: text() }),
    metadata: (value, at) => (typeof value === 'object' && value !== null ? [] : [`${at} is no object`]),
  },
);

/** What is wrong with a record; nothing for a valid one. */
export function agentTraceProblems(value: unknown): string[] {
  return check(value, 'record');
}
