/**
 * A Claude Code session written entry by entry beside a model of its window: what the model had is kept here as
 * plain lists, by rules that share no code with the program's.
 */
import type { ExpectedView, ModelEntry } from './window-model.ts';

type Fields = Record<string, unknown>;

/** A place to go on from: the entry's id and the window behind it. */
interface Place {
  readonly uuid: string | null;
  readonly window: readonly ModelEntry[];
}

export class ClaudeModel {
  readonly lines: string[] = [];
  readonly views: ExpectedView[] = [];
  readonly places: Place[] = [];
  #place: Place = { uuid: null, window: [] };
  #steps = 0;
  #calls = 0;
  #uuids = 0;
  readonly #sessionId: string;

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Calls whose results are in the window at hand. */
  get openResults(): string[] {
    return this.#place.window.flatMap(({ calls, dropped }) => calls.filter((id) => !dropped.includes(id)));
  }

  prompt(text: string): void {
    this.#write({ type: 'user', message: { role: 'user', content: text } });
    this.#enter('input', { opensTurn: true });
  }

  reminder(text: string): void {
    this.#write({ type: 'attachment', attachment: { type: 'hook_additional_context', content: [text] } });
    this.#enter('input', {});
  }

  /** One model call in as many entries as it has blocks, with the results of its calls behind it. */
  answer(options: { thinks: boolean; says: boolean; calls: number }): void {
    const id = `msg_${this.#steps + 1}`;
    const blocks: Fields[] = [];
    if (options.thinks) blocks.push({ type: 'thinking', thinking: `thought ${id}`, signature: 'c2ln' });
    if (options.says || options.calls === 0) blocks.push({ type: 'text', text: `said ${id}` });
    const calls = Array.from({ length: options.calls }, () => `call_${++this.#calls}`);
    for (const call of calls)
      blocks.push({ type: 'tool_use', id: call, name: 'Bash', input: { command: call } });
    const step = this.#steps + 1;
    this.#view(step);
    for (const block of blocks) {
      this.#write({
        type: 'assistant',
        requestId: `req_${id}`,
        message: {
          id,
          role: 'assistant',
          model: 'claude-opus-4-1',
          content: [block],
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      });
    }
    this.#steps = step;
    for (const call of calls) {
      this.#write({
        type: 'user',
        message: {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: call, content: `result of ${call}` }],
        },
      });
    }
    const entry = {
      step,
      enters: 'output',
      opensTurn: false,
      hasReasoning: options.thinks,
      calls,
      dropped: [],
    } as const;
    this.#place = { ...this.#place, window: [...this.#place.window, entry] };
    this.places.push(this.#place);
  }

  /** A boundary and the summary that takes the place of everything. */
  compact(): void {
    const before = this.#place.uuid;
    this.#place = { uuid: null, window: [] };
    this.#write({
      type: 'system',
      subtype: 'compact_boundary',
      content: 'Conversation compacted',
      logicalParentUuid: before,
      compactMetadata: { trigger: 'auto', preTokens: 1000 },
    });
    this.#steps += 1;
    this.#view(this.#steps);
    this.#write({
      type: 'user',
      isCompactSummary: true,
      message: { role: 'user', content: 'what was done so far' },
    });
    this.#enter('input', {});
  }

  /** Results of some calls are taken out of the window. */
  microcompact(calls: readonly string[]): void {
    const window = this.#place.window.map((entry) => ({
      ...entry,
      dropped: entry.calls.filter((call) => calls.includes(call) || entry.dropped.includes(call)),
    }));
    this.#write({
      type: 'system',
      subtype: 'microcompact_boundary',
      content: 'Context microcompacted',
      microcompactMetadata: { trigger: 'auto', preTokens: 900, tokensSaved: 10, compactedToolIds: calls },
    });
    this.#place = { ...this.#place, window };
    this.#steps += 1;
    this.#view(this.#steps);
  }

  /** The person goes back: what is written next follows this place. */
  rewind(place: number): void {
    const found = this.places[place];
    if (found !== undefined) this.#place = found;
  }

  bytes(): Buffer {
    return Buffer.from(this.lines.map((line) => `${line}\n`).join(''), 'utf8');
  }

  #enter(enters: 'input' | 'output', { opensTurn = false }: { opensTurn?: boolean }): void {
    this.#steps += 1;
    const entry = { step: this.#steps, enters, opensTurn, hasReasoning: false, calls: [], dropped: [] };
    this.#place = { ...this.#place, window: [...this.#place.window, entry] };
    this.#view(this.#steps);
    this.places.push(this.#place);
  }

  #view(step: number): void {
    const { window } = this.#place;
    const turn = window.reduce((last, { opensTurn }, at) => (opensTurn ? at : last), -1);
    this.views.push({
      step,
      entries: window.map((entry, at) => ({
        step: entry.step,
        enters: entry.enters,
        reasoning: entry.hasReasoning && at > turn,
        dropped: entry.dropped,
      })),
    });
  }

  #write(fields: Fields): void {
    this.#uuids += 1;
    const uuid = `00000000-0000-4000-8000-${this.#uuids.toString(16).padStart(12, '0')}`;
    const entry = {
      parentUuid: this.#place.uuid,
      isSidechain: false,
      cwd: '/home/dev/acme',
      sessionId: this.#sessionId,
      version: '2.1.37',
      gitBranch: 'main',
      uuid,
      timestamp: new Date(Date.UTC(2026, 1, 3, 9, 0, 0) + this.#uuids * 1000).toISOString(),
      ...fields,
    };
    this.lines.push(JSON.stringify(entry));
    this.#place = { ...this.#place, uuid };
  }
}
