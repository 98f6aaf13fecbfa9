/**
 * One spool file: a head of `name value` lines written by `hooks/spool`, an empty line, then the agent's payload, one
 * JSON object, or what git told its hook, one item a line, and the line `end`.
 */

export interface SpoolNote {
  readonly kind: 'agent' | 'git';
  /** Agent (`claude-code`) or git hook (`post-commit`). */
  readonly source: string;
  /** What happened, as the agent calls it: `Stop`, `SessionStart`, ...; the empty string when unknown. */
  readonly event: string;
  /** Folder it happened in, absolute. */
  readonly cwd: string | null;
  /** Commit and ref of that folder's HEAD as the hook read them. */
  readonly head: string | null;
  /** `ORIG_HEAD` at a merge: where HEAD stood before. */
  readonly orig: string | null;
  /** Commits that a rewrite replaced and what replaced them, as git tells its `post-rewrite` hook. */
  readonly rewritten: ReadonlyArray<readonly [before: string, after: string]>;
  /** Session log the agent names, absolute. */
  readonly transcript: string | null;
  readonly sessionId: string | null;
  /** The agent says that it keeps no log of this session: there is nothing to capture. */
  readonly unsaved: boolean;
}

const FIRST_LINE = /^git-ot spool (\d{1,9})$/;
/** Newest form of notes that is read here; 1 has no line `end`. */
const NEWEST = 2;
const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SOURCE = /^[a-z][a-z-]{0,39}$/;
/** A folder or a file the way agents name them: absolute, nothing a terminal or git would act on. */
const PLACE = /^\/[^\x00-\x1f\x7f]{0,4095}$/;
const SESSION_ID = /^[\w.:/-]{1,200}$/;

/** Decodes a spool file, or says why it cannot be used: `not_a_note`, `not_json`, `unfinished`, `newer_version`. */
export function decodeNote(bytes: Buffer): SpoolNote | string {
  const end = bytes.indexOf('\n\n');
  if (end < 0) return bytes.length === 0 ? 'unfinished' : 'not_a_note';
  const [first = '', ...lines] = bytes.subarray(0, end).toString('utf8').split('\n');
  const version = Number(FIRST_LINE.exec(first)?.[1] ?? 0);
  const head = new Map(lines.map(pair));
  const source = head.get('name') ?? '';
  if (version > NEWEST) return 'newer_version';
  if (version === 0 || !SOURCE.test(source)) return 'not_a_note';
  return decodeBody(head, source, bytes.subarray(end + 2), version);
}

/** Agent and folder of a note whose payload is lost; null when the head is no agent's either. */
export function decodePlace(bytes: Buffer): { readonly source: string; readonly cwd: string } | null {
  const end = bytes.indexOf('\n\n');
  const note = end < 0 ? '' : decodeNote(Buffer.concat([bytes.subarray(0, end), Buffer.from('\n\n{}')]));
  if (typeof note === 'string' || note.kind !== 'agent' || note.cwd === null) return null;
  return { source: note.source, cwd: note.cwd };
}

function decodeBody(
  head: ReadonlyMap<string, string>,
  source: string,
  body: Buffer,
  version: number,
): SpoolNote | string {
  const kind = head.get('kind');
  if (kind === 'git') {
    const lines = body.toString('utf8').split('\n');
    if (version > 1 && lines.at(-2) !== 'end') return 'unfinished';
    return { ...noteOf(head, new Map()), kind, source, rewritten: pairsOf(lines) };
  }
  if (kind !== 'agent') return 'not_a_note';
  const payload = payloadOf(body);
  return payload === null ? 'not_json' : { ...noteOf(head, payload), kind, source, rewritten: [] };
}

function pairsOf(lines: readonly string[]): Array<readonly [string, string]> {
  return lines.flatMap((line) => {
    const [before = '', after = ''] = line.split(' ');
    return OID.test(before) && OID.test(after) ? [[before, after] as const] : [];
  });
}

function noteOf(
  head: ReadonlyMap<string, string>,
  payload: ReadonlyMap<string, string>,
): Omit<SpoolNote, 'kind' | 'source' | 'rewritten'> {
  const text = (...names: string[]): string | undefined =>
    names.map((name) => payload.get(name)).find(Boolean);
  return {
    event: text('hook_event_name', 'hookEventName') ?? head.get('event') ?? '',
    cwd: matching(PLACE, text('cwd') ?? head.get('cwd')),
    head: head.get('head') ?? null,
    orig: matching(OID, head.get('orig')),
    transcript: matching(PLACE, text('transcript_path', 'transcriptPath')),
    unsaved: ['transcript_path', 'transcriptPath'].some((name) => payload.get(name) === ''),
    sessionId: matching(SESSION_ID, text('session_id', 'sessionId')),
  };
}

/** Text members of the payload, `null` as the empty text; null when it is no JSON object. */
function payloadOf(bytes: Buffer): ReadonlyMap<string, string> | null {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const texts = Object.entries(value)
    .map(([name, member]): [string, unknown] => [name, member ?? ''])
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Map(texts);
}

function pair(line: string): [string, string] {
  const at = line.indexOf(' ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

function matching(pattern: RegExp, text: string | undefined): string | null {
  return text !== undefined && pattern.test(text) ? text : null;
}
