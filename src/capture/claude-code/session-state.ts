/** What one pass over a source remembers: open steps, where messages and calls are, counts, notes. */

import type { StepKind, ToolCall } from '../../record/step.ts';
import type { ParsedAttachment, ParseOptions } from '../session-source.ts';
import type { Entry } from './entry-reader.ts';
import { agentIdOf, type Fields, filledOf, timeOf } from './fields.ts';
import { Limitations } from './limitations.ts';
import type { Origin, ParsedObservation } from './parts.ts';
import { SessionNotes } from './session-notes.ts';
import { Tallies } from './tallies.ts';
import { StepWindow } from './window.ts';

/** What makes a new step beside its origin and time. */
export interface NewStep {
  readonly role: 'system' | 'user' | 'agent';
  readonly kind: StepKind;
  readonly model?: string;
  readonly messageId?: string;
  readonly metadata?: Record<string, unknown>;
}

export class SessionState {
  readonly limits = new Limitations();
  readonly notes = new SessionNotes();
  readonly tallies = new Tallies();
  readonly window: StepWindow;
  /** Native agent ids of all sub-agents the source tells of, in order of appearance. */
  readonly subagents = new Set<string>();
  /** Kind of the youngest step. */
  lastKind: StepKind | null = null;
  readonly #options: ParseOptions;
  readonly #callType: 'main' | 'subagent';
  /** Message key to step number. */
  readonly #messages = new Map<string, number>();
  /** Tool call id to step number. */
  readonly #calls = new Map<string, number>();
  readonly #unanswered = new Set<string>();
  readonly #links = new Set<string>();
  readonly #entries = new Set<string>();
  readonly #uuids = new Set<string>();

  constructor(options: ParseOptions, windowSize: number, callType: 'main' | 'subagent') {
    this.#options = options;
    this.#callType = callType;
    this.window = new StepWindow({ size: windowSize, replay: options.late, onStep: options.onStep });
  }

  get callCount(): number {
    return this.#calls.size;
  }

  /** Calls without a result so far. */
  get unansweredCount(): number {
    return this.#unanswered.size;
  }

  hasUuid(uuid: string): boolean {
    return this.#uuids.has(uuid);
  }

  /**
   * True when the entry was there before. Told by native ids alone, never by text: a sealed copy of the
   * source must give the same steps.
   */
  isRepeat(entry: Entry): boolean {
    const { uuid } = entry.fields;
    if (typeof uuid !== 'string') return false;
    const key = entryKey(entry.fields);
    const repeat = this.#entries.has(key);
    if (repeat) this.limits.add('duplicate_entry', entry);
    else if (this.#uuids.has(uuid)) this.limits.add('duplicate_uuid', entry);
    this.#entries.add(key);
    this.#uuids.add(uuid);
    return repeat;
  }

  /** Counts a message without any content; a later entry with its ids is then no repeat. */
  noteEmpty(entry: Entry): void {
    this.limits.add('empty_message', entry);
    this.#entries.delete(entryKey(entry.fields));
  }

  openStep(entry: Entry, step: NewStep): number {
    this.lastKind = step.kind;
    const model = step.model === undefined ? {} : { model: step.model };
    const call = step.kind === 'model' ? { call_type: this.#callType } : {};
    return this.window.add({
      role: step.role,
      kind: step.kind,
      ...model,
      ...call,
      timestamp: timeOf(entry.fields.timestamp),
      origin: originOf(entry, step.messageId),
      ...(step.metadata === undefined ? {} : { metadata: step.metadata }),
    });
  }

  /** A step with its whole text. */
  textStep(entry: Entry, step: NewStep, text: string): number {
    const index = this.openStep(entry, step);
    if (text !== '') this.window.grow(index, { part: 'text', text });
    return index;
  }

  messageStep(key: string): number | undefined {
    return this.#messages.get(key);
  }

  rememberMessage(key: string, index: number): void {
    this.#messages.set(key, index);
  }

  /** Adds a call to its step unless a call with this id was there before. */
  addCall(index: number, call: ToolCall): void {
    if (this.#calls.has(call.tool_call_id)) return;
    this.#calls.set(call.tool_call_id, index);
    this.#unanswered.add(call.tool_call_id);
    this.tallies.addTool(call.tool_name);
    this.window.grow(index, { part: 'call', call });
  }

  /** Step number of the call with this id. */
  callStep(callId: string): number | undefined {
    return this.#calls.get(callId);
  }

  isAnswered(callId: string): boolean {
    return this.#calls.has(callId) && !this.#unanswered.has(callId);
  }

  addObservation(
    index: number,
    observation: ParsedObservation,
    attachments: readonly ParsedAttachment[],
  ): void {
    this.#unanswered.delete(observation.source_call_id);
    this.window.grow(index, { part: 'observation', observation });
    for (const attachment of attachments) this.addAttachment(index, attachment);
  }

  addAttachment(index: number, attachment: ParsedAttachment): void {
    this.tallies.images += 1;
    this.window.grow(index, { part: 'attachment', attachment });
  }

  /** Notes that a call started a sub-agent; a call this source does not hold is no link. */
  linkSubagent(callId: unknown, nativeAgentId: unknown): void {
    const agentId = agentIdOf(nativeAgentId);
    if (agentId === undefined) return;
    this.subagents.add(agentId);
    const index = typeof callId === 'string' ? this.#calls.get(callId) : undefined;
    if (index === undefined || typeof callId !== 'string') return;
    const key = `${callId}\0${agentId}`;
    if (this.#links.has(key)) return;
    this.#links.add(key);
    const traceId = this.#options.subagentTraceId(agentId);
    this.window.grow(index, { part: 'link', callId, traceId });
  }
}

function entryKey({ uuid, type, timestamp, parentUuid }: Fields): string {
  return `${String(uuid)}\0${String(type)}\0${String(timestamp)}\0${String(parentUuid)}`;
}

function originOf(entry: Entry, messageId: string | undefined): Origin {
  const uuid = filledOf(entry.fields.uuid);
  const parent = entry.fields.parentUuid;
  return {
    ...(messageId === undefined ? {} : { message_id: messageId }),
    ...(uuid === undefined ? {} : { uuid }),
    ...(typeof parent === 'string' || parent === null ? { parent_uuid: parent } : {}),
    line: entry.line,
    offset: entry.offset,
  };
}
