/** What one pass over a source remembers of its steps: which are open, where messages and calls are, counts. */

import type { StepKind, ToolCall } from '../../record/step.ts';
import type { ParsedAttachment, ParseOptions } from '../session-source.ts';
import { ContextNotes } from './context-notes.ts';
import { agentIdOf } from './fields.ts';
import { Limitations } from './limitations.ts';
import type { Origin, ParsedObservation } from './parts.ts';
import { Tallies } from './tallies.ts';
import { StepWindow } from './window.ts';

/** What makes a new step. */
export interface NewStep {
  readonly role: 'system' | 'user' | 'agent';
  readonly kind: StepKind;
  readonly timestamp: string | null;
  readonly origin: Origin;
  readonly model?: string;
  readonly metadata?: Record<string, unknown>;
}

export interface LedgerOptions {
  readonly parse: Pick<ParseOptions, 'late' | 'onStep' | 'onContext' | 'subagentTraceId'>;
  /** Steps kept open for parts that arrive later. */
  readonly windowSize: number;
  readonly callType: 'main' | 'subagent';
}

export class StepLedger {
  readonly limits = new Limitations();
  readonly tallies = new Tallies();
  readonly window: StepWindow;
  /** What the session tells of the layers beside its messages. */
  readonly context: ContextNotes;
  /** Called with the number of each step before it is opened. */
  beforeStep: (index: number) => void = () => undefined;
  /** Native agent ids of all sub-agents the source tells of, in order of appearance. */
  readonly subagents = new Set<string>();
  /** Kind of the youngest step. */
  lastKind: StepKind | null = null;
  readonly #options: LedgerOptions;
  /** Message key to step number. */
  readonly #messages = new Map<string, number>();
  /** Tool call id to step number. */
  readonly #calls = new Map<string, number>();
  readonly #unanswered = new Set<string>();
  readonly #links = new Set<string>();

  constructor(options: LedgerOptions) {
    this.#options = options;
    const { late, onStep, onContext } = options.parse;
    this.context = new ContextNotes(onContext);
    this.window = new StepWindow({ size: options.windowSize, replay: late, onStep });
  }

  get callCount(): number {
    return this.#calls.size;
  }

  /** Calls without a result so far. */
  get unansweredCount(): number {
    return this.#unanswered.size;
  }

  /** Opens a step and returns its number, from 1. */
  open({ role, kind, model, ...rest }: NewStep): number {
    this.lastKind = kind;
    this.beforeStep(this.window.count + 1);
    const named = model === undefined ? {} : { model };
    const call = kind === 'model' ? { call_type: this.#options.callType } : {};
    return this.window.add({ role, kind, ...named, ...call, ...rest });
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
    const traceId = this.#options.parse.subagentTraceId(agentId);
    this.window.grow(index, { part: 'link', callId, traceId });
  }
}
