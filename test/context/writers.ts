/** Writers of sessions in each agent's format, every one beside a model of the window. */
import { GeminiWriter } from './gemini-writer.ts';
import { type Fields, LineWriter } from './line-writer.ts';
import { type Answer, type ModelEntry, type SessionWriter, textEntry, WindowModel } from './window-model.ts';

const SESSION = '11111111-2222-4333-8444-555555555555';
const CWD = '/home/dev/acme';

export class CodexWriter extends LineWriter implements SessionWriter {
  readonly #said = new Map<number, string>();

  constructor() {
    super();
    this.#line('session_meta', {
      id: SESSION,
      timestamp: this.time,
      cwd: CWD,
      originator: 'codex_cli_rs',
      cli_version: '0.98.0',
    });
  }

  prompt(text: string): void {
    const said = `${text} (${this.lines.length})`;
    this.#item({ type: 'message', role: 'user', content: [{ type: 'input_text', text: said }] });
    this.#said.set(this.model.input({ opensTurn: true }), said);
  }

  answer({ thinks, says, calls }: Answer): void {
    this.#line('turn_context', { cwd: CWD, model: 'gpt-5.2-codex', approval_policy: 'never' });
    const ids = this.model.newCalls(calls);
    if (thinks) this.#item({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'a thought' }] });
    if (says || calls === 0) {
      const content = [{ type: 'output_text', text: 'an answer' }];
      this.#item({ type: 'message', role: 'assistant', content });
    }
    for (const call_id of ids) {
      this.#item({ type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id });
    }
    for (const call_id of ids) this.#item({ type: 'function_call_output', call_id, output: 'a result' });
    this.model.output({ thinks, calls: ids });
  }

  /** Keeps the last prompts, and puts the summary behind them. */
  compact(keep: number): void {
    const prompts = this.model.window.filter(({ step }) => this.#said.has(step));
    const kept = keep === 0 ? [] : prompts.slice(-keep);
    const replacement_history = kept.map(({ step }) => ({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: this.#said.get(step) }],
    }));
    this.#line('compacted', { message: 'what was done', replacement_history });
    this.model.window = kept;
    this.model.input();
  }

  #item(payload: Fields): void {
    this.#line('response_item', payload);
  }

  #line(type: string, payload: Fields): void {
    this.lines.push({ timestamp: this.time, type, payload });
  }
}

/** A row of a tree: what follows it has this window. */
interface Place {
  readonly id: string | null;
  readonly window: readonly ModelEntry[];
}

export class PiWriter extends LineWriter implements SessionWriter {
  #last: string | null = null;
  readonly #places: Place[] = [];
  readonly #rows = new Map<number, string>();

  constructor() {
    super();
    this.lines.push({ type: 'session', version: 3, id: SESSION, timestamp: this.time, cwd: CWD });
  }

  prompt(text: string): void {
    const id = this.#message({ role: 'user', content: [{ type: 'text', text }] });
    this.#rows.set(this.model.input({ opensTurn: true }), id);
    this.#note();
  }

  answer({ thinks, says, calls }: Answer): void {
    const ids = this.model.newCalls(calls);
    const content: Fields[] = [
      ...(thinks ? [{ type: 'thinking', thinking: 'a thought' }] : []),
      ...(says || calls === 0 ? [{ type: 'text', text: 'an answer' }] : []),
      ...ids.map((call) => ({ type: 'toolCall', id: call, name: 'bash', arguments: { command: 'ls' } })),
    ];
    const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, totalTokens: 2 };
    const row = this.#message({
      role: 'assistant',
      content,
      api: 'messages',
      provider: 'anthropic',
      model: 'claude-opus-4-1',
      usage,
      stopReason: calls === 0 ? 'stop' : 'toolUse',
    });
    for (const call of ids) {
      const result = [{ type: 'text', text: 'a result' }];
      this.#message({
        role: 'toolResult',
        toolCallId: call,
        toolName: 'bash',
        content: result,
        isError: false,
      });
    }
    this.#rows.set(this.model.output({ thinks, calls: ids }), row);
    this.#note();
  }

  /** The summary stands before what is kept. */
  compact(keep: number): void {
    const own = this.model.window.filter(({ step }) => this.#rows.has(step));
    const ordered = [...own].sort((left, right) => left.step - right.step);
    const kept = keep === 0 ? [] : ordered.slice(-keep);
    const first = kept[0] === undefined ? undefined : this.#rows.get(kept[0].step);
    const firstKeptEntryId = first ?? 'none';
    this.#row({ type: 'compaction', summary: 'what was done', tokensBefore: 100, firstKeptEntryId });
    // The boundary shows what is left before the summary is there.
    this.model.window = kept;
    this.model.unseen();
    const step = this.model.steps + 1;
    this.model.window = [textEntry(step, 'input', false), ...kept];
    this.model.told();
    this.#note();
  }

  rewind(place: number): void {
    const found = this.#places[place % Math.max(1, this.#places.length)];
    if (found === undefined) return;
    this.#last = found.id;
    this.model.window = found.window;
  }

  #note(): void {
    this.#places.push({ id: this.#last, window: this.model.window });
  }

  #message(message: Fields): string {
    return this.#row({ type: 'message', message });
  }

  #row(fields: Fields): string {
    const id = `row${this.lines.length}`;
    this.lines.push({ ...fields, id, parentId: this.#last, timestamp: this.time });
    this.#last = id;
    return id;
  }
}

export class CopilotWriter extends LineWriter implements SessionWriter {
  readonly #places: { readonly id: string; readonly window: readonly ModelEntry[] }[] = [];

  constructor() {
    super();
    this.#event('session.start', { sessionId: SESSION, copilotVersion: '1.0.64', context: { cwd: CWD } });
  }

  prompt(content: string): void {
    const { window } = this.model;
    const id = this.#event('user.message', { content });
    this.#places.push({ id, window });
    this.model.input({ opensTurn: true });
  }

  answer({ thinks, says, calls }: Answer): void {
    const ids = this.model.newCalls(calls);
    this.#event('assistant.message', {
      messageId: `message-${this.lines.length}`,
      content: says || calls === 0 ? 'an answer' : '',
      toolRequests: ids.map((toolCallId) => ({ toolCallId, name: 'bash', arguments: { command: 'ls' } })),
      ...(thinks ? { reasoningText: 'a thought' } : {}),
    });
    for (const toolCallId of ids) {
      this.#event('tool.execution_complete', { toolCallId, success: true, result: { content: 'a result' } });
    }
    this.model.output({ thinks, calls: ids });
  }

  compact(): void {
    this.#event('session.compaction_complete', { success: true, summaryContent: 'what was done' });
    this.model.window = [];
    this.model.input();
  }

  /** Takes back a prompt and all behind it. */
  rewind(place: number): void {
    const found = this.#places[place % Math.max(1, this.#places.length)];
    if (found === undefined) return;
    this.#event('session.snapshot_rewind', { upToEventId: found.id, eventsRemoved: 1 });
    this.model.window = found.window;
  }

  #event(type: string, data: Fields): string {
    const id = `e${String(this.lines.length).padStart(7, '0')}-0000-4000-8000-000000000000`;
    this.lines.push({ type, data, id, timestamp: this.time, parentId: null });
    return id;
  }
}

const START = 1_770_000_000_000;

export class OpencodeWriter implements SessionWriter {
  readonly model = new WindowModel();
  readonly #messages: Fields[] = [];
  readonly #states = new Map<string, Fields>();

  prompt(text: string): void {
    this.#add({ role: 'user', agent: 'build' }, [{ type: 'text', text }]);
    this.model.input({ opensTurn: true });
  }

  answer({ thinks, says, calls }: Answer): void {
    const ids = this.model.newCalls(calls);
    this.#assistant({}, [
      ...(thinks ? [{ type: 'reasoning', text: 'a thought' }] : []),
      ...(says || calls === 0 ? [{ type: 'text', text: 'an answer' }] : []),
      ...ids.map((callID) => ({ type: 'tool', callID, tool: 'bash', state: this.#stateOf(callID) })),
    ]);
    this.model.output({ thinks, calls: ids });
  }

  /** The agent takes the result of a call out of the view; the part says when. */
  drop(at: number): void {
    const open = this.model.window.flatMap(({ calls, dropped }) =>
      calls.filter((id) => !dropped.includes(id)),
    );
    const call = open[at % Math.max(1, open.length)];
    const state = call === undefined ? undefined : this.#states.get(call);
    if (call === undefined || state === undefined) return;
    state.time = { start: 1, end: 2, compacted: START + this.#messages.length };
    this.model.window = this.model.window.map((entry) => ({
      ...entry,
      dropped: entry.calls.filter((id) => id === call || entry.dropped.includes(id)),
    }));
  }

  /** The model writes the summary in a call of its own, which still sees everything. */
  compact(): void {
    this.#add({ role: 'user', agent: 'build' }, [{ type: 'compaction', auto: true }]);
    this.model.unseen();
    this.#assistant({ summary: true }, [{ type: 'text', text: 'what was done' }]);
    this.model.output();
    this.model.window = this.model.window.slice(-1);
  }

  bytes(): Buffer {
    const info = {
      id: 'ses_1',
      directory: CWD,
      title: 'a session',
      version: '1.2.16',
      time: { created: 1_770_000_000_000 },
    };
    return Buffer.from(JSON.stringify({ info, messages: this.#messages }), 'utf8');
  }

  #stateOf(call: string): Fields {
    const input = { command: 'ls' };
    const state = {
      status: 'completed',
      input,
      output: 'a result',
      title: 'ls',
      metadata: {},
      time: { start: 1, end: 2 },
    };
    this.#states.set(call, state);
    return state;
  }

  #assistant(more: Fields, parts: readonly Fields[]): void {
    const tokens = { input: 1, output: 1, reasoning: 0, cache: { read: 0, write: 0 } };
    const info = { role: 'assistant', modelID: 'claude-opus-4-1', providerID: 'anthropic', tokens, ...more };
    this.#add(info, parts);
  }

  #add(info: Fields, parts: readonly Fields[]): void {
    const id = `msg_${this.#messages.length}`;
    const time = { created: START + this.#messages.length };
    const ids = { id, sessionID: 'ses_1' };
    const numbered = parts.map((part, at) => ({
      id: `prt_${id}_${at}`,
      messageID: id,
      sessionID: 'ses_1',
      ...part,
    }));
    this.#messages.push({ info: { ...ids, time, ...info }, parts: numbered });
  }
}

/** Writers by agent, and the name of a file as the agent names its own. */
export const WRITERS: ReadonlyArray<readonly [string, string, () => SessionWriter]> = [
  [
    'Codex CLI',
    'rollout-2026-02-03T09-00-00-11111111-2222-4333-8444-555555555555.jsonl',
    () => new CodexWriter(),
  ],
  ['Pi', 'session.jsonl', () => new PiWriter()],
  ['Copilot CLI', 'events.jsonl', () => new CopilotWriter()],
  ['Gemini CLI', 'session-2026.jsonl', () => new GeminiWriter()],
  ['OpenCode', 'export.json', () => new OpencodeWriter()],
];
