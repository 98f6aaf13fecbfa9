/** What one pass over a Copilot CLI session remembers beside its steps. */
import type { StepKind } from '../../record/step.ts';
import type { ParseOptions } from '../session-source.ts';
import { BoundedList } from '../shared/bounded-list.ts';
import type { Entry } from '../shared/entry-reader.ts';
import { agentIdOf, type Fields, fieldsOf, filledOf, timeOf } from '../shared/fields.ts';
import { SessionDraft } from '../shared/session-draft.ts';
import { type Owner, selfOf } from './ownership.ts';

export const AGENT = 'copilot-cli';

/** A tool at work. */
export interface RunningTool {
  readonly name: string;
  readonly startedAt: string | null;
  readonly facts: Record<string, unknown>;
}

export interface NewEventStep {
  readonly role: 'system' | 'user' | 'agent';
  readonly kind: StepKind;
  readonly model?: string;
  readonly messageId?: string;
  readonly metadata?: Record<string, unknown>;
}

const MAX_NAMES = 100;

export class CopilotState {
  readonly draft: SessionDraft;
  /** Agent id of the session itself when it is a sub-agent. */
  readonly self: string | undefined;
  /** Facts of the session by name, for the record's metadata. */
  readonly facts = new Map<string, unknown>();
  readonly counts = new Map<string, number>();
  readonly modelChanges = new BoundedList();
  readonly compactions = new BoundedList();
  readonly shutdowns = new BoundedList();
  readonly running = new Map<string, RunningTool>();
  /** Native ids of sub-agents whose lines are in this source. */
  readonly inlineSubagents = new Set<string>();
  model: string | undefined;
  /** Thoughts told before the message they belong to. */
  thoughts: string[] = [];
  interrupted = false;
  /** What the session used as a whole, as its only shutdown tells. */
  usage: Fields[] = [];
  hasStepUsage = false;
  readonly #startedBy = new Map<string, string>();
  /** Step that each event follows; 0 for none. */
  readonly #places = new Map<string, number>();
  #rewound: number | undefined;

  constructor(parse: ParseOptions, windowSize?: number) {
    this.self = selfOf(parse.sessionId);
    const callType = this.self === undefined ? 'main' : 'subagent';
    const size = windowSize === undefined ? {} : { windowSize };
    this.draft = new SessionDraft({ agent: AGENT, parse, callType, ...size });
  }

  /** Counts events by type; types beyond the first hundred are one. */
  count(type: string): void {
    const name = this.counts.size < MAX_NAMES || this.counts.has(type) ? type : 'other';
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  open({ fields, line, offset }: Entry, step: NewEventStep, text = ''): number {
    const { messageId, ...seed } = step;
    const uuid = filledOf(fields.id);
    const parent = fields.parentId;
    const rewound = this.#takeRewind();
    const origin = {
      ...(rewound === undefined ? {} : { parent_step: rewound }),
      ...(messageId === undefined ? {} : { message_id: messageId }),
      ...(uuid === undefined ? {} : { uuid }),
      ...(typeof parent === 'string' || parent === null ? { parent_uuid: parent } : {}),
      line,
      offset,
    };
    return this.draft.textStep({ ...seed, timestamp: timeOf(fields.timestamp), origin }, text);
  }

  /** Notes an event that is about to be read: a rewind may name it. */
  pass(id: string | undefined): void {
    if (id !== undefined) this.#places.set(id, this.#rewound ?? this.draft.ledger.window.count);
  }

  /** What comes next follows the step before this event; an event nobody knows takes nothing back. */
  rewindBefore(id: string | undefined): void {
    const before = id === undefined ? undefined : this.#places.get(id);
    if (before !== undefined) this.#rewound = before;
  }

  #takeRewind(): number | null | undefined {
    const to = this.#rewound;
    this.#rewound = undefined;
    if (to === undefined || to === this.draft.ledger.window.count) return undefined;
    return to === 0 ? null : to;
  }

  /** An event of an inline sub-agent passed by. */
  meetSubagent({ agentId, callId }: Owner): void {
    this.inlineSubagents.add(agentId);
    this.#link(agentId, callId ?? this.#startedBy.get(agentId));
  }

  /** A call started a sub-agent; its trace is linked once events of it are there. */
  startSubagent({ fields }: Entry): void {
    const callId = filledOf(fieldsOf(fields.data)?.toolCallId);
    const agentId = agentIdOf(fields.agentId) ?? agentIdOf(callId);
    if (agentId === undefined) return;
    this.draft.ledger.subagents.add(agentId);
    if (callId !== undefined) this.#startedBy.set(agentId, callId);
    if (this.inlineSubagents.has(agentId)) this.#link(agentId, callId);
  }

  #link(agentId: string, callId: string | undefined): void {
    this.draft.ledger.linkSubagent(callId, agentId);
  }
}
