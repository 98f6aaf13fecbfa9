/** What one pass over a rollout remembers: the open model step, events that wait for their items, notes. */
import { createHash } from 'node:crypto';
import type { StepKind, TokenUsage, ToolCall } from '../../record/step.ts';
import type { ParsedAttachment, ParseOptions } from '../session-source.ts';
import { BoundedList } from '../shared/bounded-list.ts';
import { type Fields, timeOf } from '../shared/fields.ts';
import type { ParsedObservation } from '../shared/parts.ts';
import { runsOf } from '../shared/runs.ts';
import { SessionDraft } from '../shared/session-draft.ts';
import { contentOf } from './content.ts';
import { Echoes } from './echoes.ts';
import { InheritedHistory } from './inherited.ts';
import type { RolloutEntry } from './lines.ts';
import { TokenMeter } from './token-meter.ts';

export const AGENT = 'codex-cli';

/** Something an event says that an item may say too. */
export interface Said {
  readonly role: 'user' | 'assistant' | 'reasoning';
  readonly text: string;
  readonly images: readonly ParsedAttachment[];
  readonly entry: RolloutEntry;
}

/** Turns whose words are known again. */
const MAX_SAID = 10_000;

/** Calls at work at once, generously. */
const MAX_ENDS = 256;

export class CodexState {
  readonly draft: SessionDraft;
  readonly turns = new BoundedList();
  readonly compactions = new BoundedList();
  readonly snapshots = new BoundedList();
  /** Single facts of the session, by name. */
  readonly facts = new Map<string, unknown>();
  readonly counts = new Map<string, number>();
  model: string | undefined;
  /** True while the last turn ended by the user's hand. */
  interrupted = false;
  /** True once a header was read: later ones repeat it. */
  hasHeader = false;
  readonly meter: TokenMeter;
  readonly #history = new InheritedHistory();
  #inherits = false;
  /** Number of the last step that was repeated from the origin of a fork. */
  #lastInherited = -1;
  readonly #echoes = {
    user: new Echoes<Said>(),
    assistant: new Echoes<Said>(),
    reasoning: new Echoes<Said>(),
  };
  /** Facts about calls whose output is still to come. */
  readonly #ends = new Map<string, Record<string, unknown>>();
  /** Native call id to the id of its latest call, where the two differ. */
  readonly #renamed = new Map<string, string>();
  /** Digest of what was said in a step that is no model call, to its number. */
  readonly #said = new Map<string, number>();
  /** Step that the next part of the model's answer belongs to; 0 when a new one begins. */
  #step = 0;
  #answered = false;

  constructor(parse: ParseOptions, windowSize?: number) {
    const callType = parse.sessionId.includes('/') ? 'subagent' : 'main';
    const size = windowSize === undefined ? {} : { windowSize };
    this.draft = new SessionDraft({ agent: AGENT, parse, callType, ...size });
    this.meter = new TokenMeter((step, usage) => this.#addUsage(step, usage));
  }

  /** Called before a line is read. */
  beginEntry(entry: RolloutEntry): void {
    this.#inherits = this.#history.has(entry);
  }

  count(name: string): void {
    if (this.counts.size < 100 || this.counts.has(name)) {
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }

  /** The step of the model call at hand; a part that follows an output begins a new one. */
  modelStep(entry: RolloutEntry): number {
    if (this.#step > 0 && !this.#answered) return this.#step;
    this.#step = this.#open(entry, 'agent', 'model');
    this.#answered = false;
    this.meter.openStep(this.#step);
    if (this.model !== undefined && !this.#inherits) this.draft.ledger.tallies.addModel(this.model);
    return this.#step;
  }

  /** Ends the model call at hand. */
  closeModelStep(): void {
    this.#step = 0;
  }

  /** A step that is no model call, with its whole text; ends the model call at hand. */
  addStep(
    entry: RolloutEntry,
    role: 'system' | 'user',
    kind: StepKind,
    text: string,
    metadata?: Record<string, unknown>,
  ): number {
    this.closeModelStep();
    const index = this.#open(entry, role, kind, metadata);
    this.draft.grow(index, 'text', text);
    if (text !== '' && this.#said.size < MAX_SAID) this.#said.set(digestOf(text), index);
    return index;
  }

  /** Runs of the steps, model calls aside, whose words these messages repeat: a compaction kept them. */
  stepsSaying(messages: readonly Fields[]): Array<[number, number]> {
    const steps = messages.flatMap(({ type, content }) => {
      const text = type === 'message' ? contentOf(content).texts.join('\n') : '';
      return this.#said.get(digestOf(text)) ?? [];
    });
    return runsOf([...new Set(steps)].sort((left, right) => left - right));
  }

  #open(
    entry: RolloutEntry,
    role: 'system' | 'user' | 'agent',
    kind: StepKind,
    metadata?: Record<string, unknown>,
  ): number {
    const { line, offset, payload } = entry;
    const id = typeof payload.id === 'string' && payload.id !== '' ? { message_id: payload.id } : {};
    const model = kind === 'model' && this.model !== undefined ? { model: this.model } : {};
    const index = this.draft.ledger.open({
      role,
      kind,
      ...model,
      timestamp: timeOf(entry.fields.timestamp),
      origin: {
        ...(entry.kind === 'response_item' ? id : {}),
        ...(this.#inherits ? { inherited: true } : {}),
        line,
        offset,
      },
      ...(metadata === undefined ? {} : { metadata }),
    });
    if (this.#inherits) this.#lastInherited = index;
    return index;
  }

  /** Adds a call; one whose id was there before gets an id of its own. */
  addCall(entry: RolloutEntry, call: ToolCall): string {
    const { ledger, limits } = this.draft;
    const native = call.tool_call_id;
    const repeated = ledger.callStep(native) !== undefined;
    const id = repeated ? `${native}~${entry.line}` : native;
    if (repeated) {
      limits.add('duplicate_call_id', entry);
      this.#renamed.set(native, id);
    }
    ledger.addCall(this.modelStep(entry), { ...call, tool_call_id: id });
    return id;
  }

  /** Id under which the latest call with this native id is kept. */
  callId(native: string): string {
    return this.#renamed.get(native) ?? native;
  }

  /** Keeps facts about a call for its output; those of the oldest call go when too many wait. */
  noteEnd(callId: string, facts: Record<string, unknown>): void {
    if (this.draft.ledger.isAnswered(callId)) return;
    this.#ends.set(callId, facts);
    const oldest = this.#ends.size > MAX_ENDS ? this.#ends.keys().next() : undefined;
    if (oldest?.value !== undefined) this.#ends.delete(oldest.value);
  }

  takeEnd(callId: string): Record<string, unknown> {
    const facts = this.#ends.get(callId) ?? {};
    this.#ends.delete(callId);
    return facts;
  }

  /** The output of a call: what the model says next is another call of the model. */
  addOutput(step: number, observation: ParsedObservation, attachments: readonly ParsedAttachment[]): void {
    this.#answered = true;
    this.draft.ledger.addObservation(step, observation, attachments);
  }

  echo(said: Said): Said | undefined {
    return this.#echoes[said.role].event(said);
  }

  echoItem(role: Said['role'], count = 1): void {
    this.#echoes[role].item(count);
  }

  /** Prompts that no item repeated, once the model has begun to answer. */
  unrepeatedPrompts(): Said[] {
    return this.#echoes.user.takeWaiting();
  }

  /** Events that no item repeated, in file order. */
  unrepeated(): Said[] {
    const all = Object.values(this.#echoes).flatMap((echoes) => echoes.settle());
    return all.sort((left, right) => left.entry.offset - right.entry.offset);
  }

  /** A call that was made in the origin of a fork is billed there. */
  #addUsage(step: number, usage: TokenUsage): void {
    if (step <= this.#lastInherited) return;
    this.draft.ledger.tallies.addUsage(step, usage);
    if (step > 0) this.draft.ledger.window.grow(step, { part: 'usage', usage });
  }
}

function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
