/**
 * Agent Trace records, specification 0.1.0: which lines of which files a model wrote. Lines count in the
 * files as the session left them; a later change of the same session moves or takes away earlier lines.
 */
import type { CallActivity } from '../activity.ts';
import { activityOf } from '../activity.ts';
import { membersOf, type TraceFamily } from './family.ts';
import { type LineChange, type LineRange, WrittenLines } from './line-ranges.ts';

export interface AgentTraceRecord {
  readonly version: '0.1.0';
  readonly id: string;
  readonly timestamp: string;
  readonly vcs?: { readonly type: 'git'; readonly revision: string };
  readonly tool?: { readonly name: string; readonly version: string };
  readonly files: readonly AgentTraceFile[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface AgentTraceFile {
  /** Relative to the folder the session ran in, with forward slashes. */
  readonly path: string;
  readonly conversations: readonly Conversation[];
}

export interface Conversation {
  readonly url: string;
  readonly contributor: { readonly type: 'ai'; readonly model_id?: string };
  readonly ranges: ReadonlyArray<{ readonly start_line: number; readonly end_line: number }>;
}

/** Who wrote lines: `<trace id>` NUL `<model>`. */
type Author = string;

/** `cwd`: folder the session ran in; files outside it are left out and counted. Pure. */
export function agentTraceOf(family: TraceFamily, cwd: string | null): AgentTraceRecord {
  const { head } = family;
  const { files, outside, unplaced } = filesOf(family, cwd);
  const { name, version } = head.agent;
  return {
    version: '0.1.0',
    id: head.trace_id,
    timestamp: isoTime(head.timestamp_end ?? head.timestamp_start),
    ...(isCommit(head.task.base_commit) ? { vcs: { type: 'git', revision: head.task.base_commit } } : {}),
    ...(version ? { tool: { name, version } } : {}),
    files,
    metadata: {
      'org.opentraces': {
        session_id: head.session_id,
        lines_as_of: 'end of session',
        ...(outside === 0 ? {} : { files_outside: outside }),
        ...(unplaced === 0 ? {} : { edits_without_lines: unplaced }),
        commits: membersOf(family).flatMap(({ head: { trace_id }, steps }) =>
          activityOf(trace_id, steps).commits.map(({ sha }) => sha),
        ),
      },
    },
  };
}

function filesOf(
  family: TraceFamily,
  cwd: string | null,
): { files: AgentTraceFile[]; outside: number; unplaced: number } {
  const written = new Map<string, WrittenLines<Author>>();
  const outside = new Set<string>();
  let unplaced = 0;
  for (const edit of editsOf(family)) {
    const path = relativePath(edit.path, cwd);
    if (path === null) outside.add(edit.path);
    else {
      const lines = written.get(path) ?? new WrittenLines<Author>();
      written.set(path, lines);
      if (!applyEdit(lines, edit)) unplaced += 1;
    }
  }
  const files = [...written].map(([path, lines]) => ({ path, conversations: conversationsOf(lines) }));
  return { files, outside: outside.size, unplaced };
}

interface FileEdit {
  readonly path: string;
  readonly author: Author;
  readonly activity: CallActivity;
}

/**
 * Edits of all members in the order of time. One without a time goes with the edit before it, at the beginning
 * of a member with the one behind it; those of a member without any time go with the member before.
 */
function editsOf(family: TraceFamily): FileEdit[] {
  let time = Number.NEGATIVE_INFINITY;
  const edits = membersOf(family).flatMap((member) => {
    const made = madeBy(member);
    time = made.find(({ activity }) => activity.time !== null)?.activity.time ?? time;
    return made.map((edit) => {
      time = edit.activity.time ?? time;
      return { edit, time };
    });
  });
  return edits.sort((left, right) => compareTimes(left.time, right.time)).map(({ edit }) => edit);
}

function madeBy({ head, steps }: TraceFamily): FileEdit[] {
  const models = new Map(steps.map((step) => [step.step_index, step.model ?? head.agent.model ?? '']));
  const made = activityOf(head.trace_id, steps).calls.filter(({ failed }) => !failed);
  return made.flatMap((activity) => {
    const author = `${head.trace_id}\0${models.get(activity.step) ?? ''}`;
    return activity.facts.filesEdited.map((path) => ({ path, author, activity }));
  });
}

/** Infinity has no difference to itself. */
function compareTimes(left: number, right: number): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** False when nothing tells which lines the edit wrote. */
function applyEdit(lines: WrittenLines<Author>, { author, path, activity }: FileEdit): boolean {
  const facts = activity.result?.metadata;
  const changes = changesIn(facts?.changes);
  if (changes !== null) {
    lines.apply(author, changes);
    return true;
  }
  if (facts?.type === 'update' && facts.hunks === 0) return true;
  const whole = linesOfWholeFile(activity, path);
  if (whole !== null) lines.replace(author, whole);
  return whole !== null;
}

/** Number of lines when the call wrote the file as a whole. */
function linesOfWholeFile({ call }: CallActivity, path: string): number | null {
  const edits = Array.isArray(call.metadata?.edits)
    ? (call.metadata.edits as ReadonlyArray<Fields | null>)
    : [];
  const added = edits.find((edit) => edit?.path === path && edit.op === 'add');
  if (added !== undefined) return addedLines(added?.hunks);
  const { content, file_text: fileText } = (call.input ?? {}) as Fields;
  const text = content ?? fileText;
  if (typeof text !== 'string') return null;
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

type Fields = Readonly<Record<string, unknown>>;

function addedLines(hunks: unknown): number {
  const counts = Array.isArray(hunks) ? hunks.map((hunk: Fields | null) => hunk?.added) : [];
  return counts.reduce<number>((sum, count) => sum + (Number.isSafeInteger(count) ? Number(count) : 0), 0);
}

function changesIn(value: unknown): LineChange[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const isChange = (each: unknown): each is LineChange =>
    Array.isArray(each) &&
    each.length === 4 &&
    each.every((part) => Number.isSafeInteger(part) && part >= 0) &&
    each[2] >= 1;
  return value.every(isChange) ? value : null;
}

function conversationsOf(lines: WrittenLines<Author>): Conversation[] {
  return [...lines.byAuthor()].map(([author, ranges]) => {
    const [traceId, model = ''] = author.split('\0');
    return {
      url: `ot://trace/${traceId}`,
      contributor: { type: 'ai', ...(model === '' ? {} : { model_id: modelId(model) }) },
      ranges: ranges.map(toRange),
    };
  });
}

function toRange({ start, end }: LineRange): { start_line: number; end_line: number } {
  return { start_line: start, end_line: end };
}

const VENDORS: ReadonlyArray<readonly [name: RegExp, vendor: string]> = [
  [/^claude/, 'anthropic'],
  [/^(?:gpt|o\d|codex|chatgpt)/, 'openai'],
  [/^(?:gemini|gemma)/, 'google'],
];

/** `vendor/model`, at most 250 characters. */
function modelId(model: string): string {
  const vendor = model.includes('/') ? undefined : VENDORS.find(([name]) => name.test(model))?.[1];
  return (vendor === undefined ? model : `${vendor}/${model}`).slice(0, 250).toWellFormed();
}

/** Path below `cwd`; null for one outside. A relative path is taken to be below it unless it climbs out. */
export function relativePath(path: string, cwd: string | null): string | null {
  const flat = path.replaceAll('\\', '/');
  const base = cwd === null ? null : `${cwd.replaceAll('\\', '/').replace(/\/+$/, '')}/`;
  const isAbsolute = flat.startsWith('/') || /^[A-Za-z]:\//.test(flat);
  if (isAbsolute && (base === null || !flat.startsWith(base))) return null;
  const below = isAbsolute ? flat.slice(base!.length) : flat;
  const parts = below.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}

function isCommit(value: string | null | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(value);
}

/** RFC 3339 in UTC; a trace without a time has that of the epoch, because the record must have one. */
function isoTime(value: string | null | undefined): string {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return new Date(Number.isNaN(time) ? 0 : time).toISOString();
}
