/**
 * The records of a Gemini CLI session folded into its messages. A message is written again in full when it
 * changes, so the last record of an id holds; its place is that of the first. Messages taken back keep their
 * place: what was said stays said, and no step moves.
 */
import { BoundedList } from '../shared/bounded-list.ts';
import type { Entry } from '../shared/entry-reader.ts';
import { type Fields, filledOf, isFields, jsonOf, listOf } from '../shared/fields.ts';
import type { Limitations, Place } from '../shared/limitations.ts';
import { runsOf } from '../shared/runs.ts';
import { isMessage, isMetadata } from './detect.ts';

/** Runs of messages that stayed in view, and how many new ones stand before them. */
export interface Keeps {
  readonly runs: ReadonlyArray<readonly [number, number]>;
  readonly newFirst: number;
}

/** A message: the bytes and fields of its last record at the place of its first. */
export interface Message extends Entry {
  /** Number of the message it follows, from 1; null when everything before it was taken back. */
  readonly parent: number | null;
  /** Set when the agent put another list in the place of its view just before this message. */
  readonly keeps?: Keeps;
}

export class Conversation {
  /** Facts of the session, the last told of each name. */
  readonly metadata = new Map<string, unknown>();
  /** Messages taken back, by step numbers. */
  readonly rewinds = new BoundedList();
  /** Points at which the agent put another list in the place of the model's view. */
  readonly replacements = new BoundedList();
  /** Number of the last message in view. */
  #youngest: number | null = null;
  /** What stays in view of the next message that is new. */
  #keeps: Keeps | undefined;
  readonly #limits: Limitations;
  readonly #messages = new Map<string, Message>();
  /** Numbers of the messages in order of first appearance, from 1. */
  readonly #numbers = new Map<string, number>();
  /** Ids that the agent itself still shows. */
  readonly #live = new Set<string>();

  constructor(limits: Limitations) {
    this.#limits = limits;
  }

  /** Messages in order of first appearance. */
  messages(): Iterable<Message> {
    return this.#messages.values();
  }

  read(entry: Entry): void {
    const { fields } = entry;
    if (typeof fields.$rewindTo === 'string') this.#rewind(entry, fields.$rewindTo);
    else if (isMessage(fields)) this.#put(entry);
    else if (isMetadata(fields)) this.#readMetadata(entry);
    else this.#limits.add('unknown_entry', entry, filledOf(fields.type) ?? 'no type');
  }

  /** Facts of the session out of a document or a metadata record. */
  note(facts: Fields): void {
    for (const [name, value] of Object.entries(facts))
      if (name !== 'messages') this.metadata.set(name, value);
  }

  #put(entry: Entry): void {
    const id = String(entry.fields.id);
    const first = this.#messages.get(id);
    this.#messages.set(id, { ...entry, ...(first === undefined ? this.#placeOf(entry) : placeIn(first)) });
    if (!this.#numbers.has(id)) this.#numbers.set(id, this.#numbers.size + 1);
    if (!this.#live.has(id)) this.#youngest = this.#numbers.get(id)!;
    this.#live.add(id);
  }

  #placeOf({ line, offset }: Entry): Omit<Message, keyof Entry> & Place {
    const keeps = this.#keeps;
    this.#keeps = undefined;
    return { line, offset, parent: this.#youngest, ...(keeps === undefined ? {} : { keeps }) };
  }

  #readMetadata(entry: Entry): void {
    const facts = isFields(entry.fields.$set) ? entry.fields.$set : entry.fields;
    this.note(facts);
    const list = listOf(facts.messages).filter(isFields).filter(isMessage);
    if (list.length > 0) this.#replace(entry, list);
  }

  /** Messages nobody has seen yet are kept like any other. */
  #replace(entry: Entry, list: readonly Fields[]): void {
    const shown = new Set(list.map(({ id }) => String(id)));
    const dropped = [...this.#live].filter((id) => !shown.has(id));
    if (dropped.length > 0) this.#keeps = this.#keepsOf(shown, list);
    for (const fields of list) this.#put({ ...entry, fields, bytes: Buffer.from(jsonOf(fields)) });
    if (dropped.length === 0) return;
    this.#forget(dropped);
    this.replacements.add({ line: entry.line, dropped_steps: this.#runs(dropped) });
  }

  #keepsOf(shown: ReadonlySet<string>, list: readonly Fields[]): Keeps {
    const kept = [...this.#live].filter((id) => shown.has(id));
    const first = list.findIndex(({ id }) => this.#messages.has(String(id)));
    return { runs: this.#runs(kept), newFirst: kept.length === 0 ? 0 : Math.max(0, first) };
  }

  /** The agent forgets the named message and all behind it; everything when it knows no such message. */
  #rewind(entry: Entry, target: string): void {
    const live = [...this.#live];
    const gone = live.slice(Math.max(0, live.indexOf(target)));
    this.#forget(gone);
    this.rewinds.add({ line: entry.line, steps: this.#runs(gone) });
  }

  #forget(ids: readonly string[]): void {
    for (const id of ids) this.#live.delete(id);
    const last = [...this.#live].at(-1);
    this.#youngest = last === undefined ? null : (this.#numbers.get(last) ?? null);
  }

  #runs(ids: readonly string[]): Array<[number, number]> {
    return runsOf(ids.map((id) => this.#numbers.get(id) ?? 0).sort((left, right) => left - right));
  }
}

function placeIn({ line, offset, parent, keeps }: Message): Omit<Message, keyof Entry> & Place {
  return { line, offset, parent, ...(keeps === undefined ? {} : { keeps }) };
}
