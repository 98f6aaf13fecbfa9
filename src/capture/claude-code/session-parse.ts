/** One pass over a Claude Code transcript: each entry goes to the reader of its type. */
import type { LateParts, ParseOptions, SessionFacts, SessionParse, SourceLine } from '../session-source.ts';
import type { Entry } from '../shared/entry-reader.ts';
import { cutText, fieldsOf, textOf } from '../shared/fields.ts';
import type { Limitations } from '../shared/limitations.ts';
import { readAssistant } from './assistant-entry.ts';
import { readAttachment } from './attachment-entry.ts';
import { readClaudeEntries } from './lines.ts';
import { Ownership } from './ownership.ts';
import { sessionHeadOf } from './session-head.ts';
import { SessionState } from './session-state.ts';
import { readSystem } from './system-entry.ts';
import { readUser } from './user-entry.ts';
import { WriteOrder } from './write-order.ts';

export const AGENT = 'claude-code';

/** Steps kept open for parts that arrive later. */
export const WINDOW_STEPS = 128;

/** Inline sub-agents of one source that are captured: each costs the pipeline a pass over the file. */
const MAX_INLINE = 1000;

type EntryReader = (state: SessionState, entry: Entry, repeat: boolean) => void;
type NoteReader = (state: SessionState, entry: Entry) => void;

/** Entries that become steps. */
const STEP_READERS: ReadonlyMap<unknown, EntryReader> = new Map<unknown, EntryReader>([
  ['assistant', readAssistant],
  ['user', readUser],
  ['system', readSystem],
  ['attachment', readAttachment],
]);

/** Entries that only add to the record's metadata. */
const NOTE_READERS: ReadonlyMap<unknown, NoteReader> = new Map<unknown, NoteReader>([
  ['progress', countProgress],
  ['file-history-snapshot', (state) => state.notes.count('file_history_snapshots')],
  ['queue-operation', ({ notes }, entry) => notes.noteQueue(entry.fields, entry.line)],
  ['summary', ({ notes }, entry) => notes.noteSummary(entry.fields)],
  ['last-prompt', ({ notes }, entry) => notes.noteText('last_prompt', entry.fields.lastPrompt)],
  ['custom-title', ({ notes }, entry) => notes.noteCustomTitle(entry.fields.customTitle)],
  ['ai-title', ({ notes }, entry) => notes.noteAiTitle(entry.fields.aiTitle)],
  ['agent-name', ({ notes }, entry) => notes.noteText('agent_name', entry.fields.agentName)],
  ['agent-setting', ({ notes }, entry) => notes.noteText('agent_setting', entry.fields.agentSetting)],
  ['tag', ({ notes }, entry) => notes.noteText('tag', entry.fields.tag)],
  ['mode', ({ notes }, entry) => notes.noteText('mode', entry.fields.mode)],
  ['pr-link', ({ notes }, entry) => notes.notePullRequest(entry.fields)],
  ['permission-mode', () => undefined],
  ['result', ({ notes }, entry) => notes.noteResult(entry.fields)],
  ['opentraces_hook', (state) => state.notes.count('opentraces_hooks')],
]);

const PROGRESS = /^[a-z_]{1,40}$/;
const MAX_PROGRESS_TYPES = 30;

function countProgress(state: SessionState, { fields }: Entry): void {
  const type = textOf(fieldsOf(fields.data)?.type) ?? 'unknown';
  const name = PROGRESS.test(type) ? `progress/${type}` : 'progress/other';
  state.notes.count(state.notes.countedNames < MAX_PROGRESS_TYPES ? name : 'progress/other');
}

export class ClaudeParse implements SessionParse {
  readonly #options: ParseOptions;
  readonly #ownership: Ownership;
  readonly #state: SessionState;
  readonly #inline = new Set<string>();
  readonly #order: WriteOrder;

  /** `windowSize`: steps kept open; results do not depend on it. */
  constructor(options: ParseOptions, windowSize = WINDOW_STEPS) {
    this.#options = options;
    const root = options.sessionId.split('/', 1)[0] ?? '';
    this.#ownership = new Ownership(options.subagent === undefined ? options.sessionId : root);
    this.#state = new SessionState(options, windowSize, this.#isSubagent() ? 'subagent' : 'main');
    this.#order = new WriteOrder(
      (uuid) => this.#state.hasEntry(uuid),
      (entry) => this.#read(entry),
    );
  }

  get limits(): Limitations {
    return this.#state.limits;
  }

  push(line: SourceLine): void {
    for (const entry of readClaudeEntries(line, this.#state.limits)) this.pushEntry(entry);
  }

  /** For formats whose entries are not lines. */
  pushEntry(entry: Entry): void {
    const owner = this.#ownership.ownerOf(entry);
    if (this.#options.subagent !== undefined) {
      if (owner === this.#options.subagent) this.#readOwned(entry);
    } else if (owner === null) this.#order.push(entry);
    else this.#noteInline(entry, owner);
  }

  end(): { facts: SessionFacts; late: LateParts } {
    const state = this.#state;
    this.#order.end();
    const late = state.window.end();
    state.limits.addMany('no_result', state.unansweredCount);
    const head = sessionHeadOf(state, { agent: AGENT, isSubagent: this.#isSubagent() });
    const cwd = state.notes.envelope.cwd;
    const facts = { head, limitations: state.limits.list(), cwd, inlineSubagents: [...this.#inline] };
    return { facts, late };
  }

  #isSubagent(): boolean {
    return this.#options.subagent !== undefined || this.#ownership.isSubagentLog;
  }

  /** An entry of the sub-agent this parse is for: the message of an `agent_progress`, or itself. */
  #readOwned(entry: Entry): void {
    const { fields } = entry;
    const message = fields.type === 'progress' ? fieldsOf(fieldsOf(fields.data)?.message) : undefined;
    if (!message) {
      this.#order.push(entry);
      return;
    }
    this.#state.notes.envelope.observe(fields);
    this.#order.push({ ...entry, fields: message });
  }

  #noteInline(entry: Entry, owner: string): void {
    if (this.#inline.size < MAX_INLINE || this.#inline.has(owner)) this.#inline.add(owner);
    else this.#state.limits.add('too_many_subagents', entry);
    this.#state.linkSubagent(entry.fields.parentToolUseID, owner);
  }

  #read(entry: Entry): void {
    const state = this.#state;
    const { fields } = entry;
    state.notes.envelope.observe(fields);
    state.notes.noteMode(fields.permissionMode, entry.line);
    const { type } = fields;
    const reader = STEP_READERS.get(type);
    state.beginEntry();
    if (reader) reader(state, entry, state.isRepeat(entry));
    else this.#readNote(entry, type);
    state.endEntry(entry);
  }

  #readNote(entry: Entry, type: unknown): void {
    const state = this.#state;
    const noteReader = NOTE_READERS.get(type);
    if (noteReader) noteReader(state, entry);
    else state.limits.add('unknown_entry', entry, cutText(textOf(type) ?? 'no type', 60));
  }
}
