/** What one pass over a transcript remembers beside its steps: entries it has met, notes. */

import type { StepKind } from '../../record/step.ts';
import type { ParseOptions } from '../session-source.ts';
import type { Entry } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf, filledOf, timeOf } from '../shared/fields.ts';
import type { Origin } from '../shared/parts.ts';
import { StepLedger } from '../shared/step-ledger.ts';
import { noteContext } from './context-facts.ts';
import { Places } from './places.ts';
import { SessionNotes } from './session-notes.ts';

/** Ids of sessions in one file that are told apart. */
const MAX_SESSIONS = 100;

/** What makes a new step beside its origin and time. */
export interface NewStep {
  readonly role: 'system' | 'user' | 'agent';
  readonly kind: StepKind;
  readonly model?: string;
  readonly messageId?: string;
  readonly metadata?: Record<string, unknown>;
}

export class SessionState extends StepLedger {
  readonly notes = new SessionNotes();
  readonly #places = new Places();
  readonly #entries = new Set<string>();
  readonly #uuids = new Set<string>();
  readonly #sessions = new Set<string>();
  readonly #callType: 'main' | 'subagent';

  constructor(parse: ParseOptions, windowSize: number, callType: 'main' | 'subagent') {
    super({ parse, windowSize, callType });
    this.#callType = callType;
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

  openStep(entry: Entry, { messageId, metadata, ...step }: NewStep): number {
    return this.open({
      ...step,
      timestamp: timeOf(entry.fields.timestamp),
      origin: this.#originOf(entry, messageId),
      ...(metadata === undefined ? {} : { metadata }),
    });
  }

  /** Whether an entry with this id was read. */
  hasEntry(uuid: string): boolean {
    return this.#places.has(uuid);
  }

  /** Called before an entry is read, and after: what it added to tells its place. */
  beginEntry(): void {
    this.window.restTouch();
  }

  endEntry(entry: Entry): void {
    const { fields } = entry;
    const { touched, count } = this.window;
    this.#noteSession(entry);
    this.#places.note(fields, touched, count);
    noteContext(this.context, fields, touched === count && count > 0 ? count : count + 1);
  }

  /** A file that was continued elsewhere, or into which several programs wrote, is still one trace. */
  #noteSession(entry: Entry): void {
    const { sessionId, uuid } = entry.fields;
    if (typeof uuid !== 'string' || typeof sessionId !== 'string' || this.#sessions.has(sessionId)) return;
    if (this.#sessions.size > 0) this.limits.add('another_session', entry);
    if (this.#sessions.size < MAX_SESSIONS) this.#sessions.add(sessionId);
  }

  #originOf(entry: Entry, messageId: string | undefined): Origin {
    const uuid = filledOf(entry.fields.uuid);
    const parent = entry.fields.parentUuid;
    const parentStep = this.#places.parentStepOf(entry.fields);
    const branches = parentStep !== undefined && parentStep !== this.window.count && this.window.count > 0;
    return {
      ...(messageId === undefined ? {} : { message_id: messageId }),
      ...(uuid === undefined ? {} : { uuid }),
      ...(typeof parent === 'string' || parent === null ? { parent_uuid: parent } : {}),
      ...(branches ? { parent_step: parentStep === 0 ? null : parentStep } : {}),
      ...(this.#isCut(entry.fields) ? { parent_missing: true } : {}),
      ...(isInherited(entry) ? { inherited: true } : {}),
      line: entry.line,
      offset: entry.offset,
    };
  }

  /** The log of a sub-agent begins with an entry that follows one of its parent's. */
  #isCut(fields: Fields): boolean {
    return this.#places.isCut(fields) && (this.window.count > 0 || this.#callType === 'main');
  }

  /** A step with its whole text. */
  textStep(entry: Entry, step: NewStep, text: string): number {
    const index = this.openStep(entry, step);
    if (text !== '') this.window.grow(index, { part: 'text', text });
    return index;
  }
}

/** A fork repeats entries of the session it came from, and names the entry that each one was. */
export function isInherited({ fields }: Entry): boolean {
  return fieldsOf(fields.forkedFrom) !== undefined;
}

function entryKey({ uuid, type, timestamp, parentUuid }: Fields): string {
  return `${String(uuid)}\0${String(type)}\0${String(timestamp)}\0${String(parentUuid)}`;
}
