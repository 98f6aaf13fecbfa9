/** Files as they were seen at the prompts and ends of turns, with their texts. */
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import { openCopy } from '../bucket/find.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { Oid } from '../git/ports.ts';
import type { ObservedTurn, TurnFileState } from '../record/turn.ts';
import { copyOf, type PlacedLook } from './read-edits.ts';
import { type CommandStep, ordinalOfTurn, placeOfLook, TurnIndex } from './turn-index.ts';

/** A file at a moment: the id its text has as a blob, and the text where the code repository may lack it. */
export interface SeenFile {
  readonly blob: Oid;
  readonly text: string | null;
}

export interface FoundLook extends PlacedLook {
  /** Null: there was no file. Undefined: it is not known what it was. */
  readonly file: SeenFile | null | undefined;
  /** Commands of these steps, and nothing else, may have changed the file until it was like `after`. */
  readonly turn: FoundTurn | null;
}

export interface FoundTurn {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly after: SeenFile | null | undefined;
  readonly steps: readonly CommandStep[];
  /** What names the change within a step. */
  readonly ordinal: number;
}

/** Records that are kept: files of one turn are asked for one after another. */
const MOST_RECORDS = 16;

export class TurnReader {
  readonly #turns: TurnIndex;
  readonly #shelves: readonly Shelf[];
  readonly #records = new Map<string, Promise<ObservedTurn | null>>();

  constructor(database: Sqlite, shelves: readonly Shelf[]) {
    this.#turns = new TurnIndex(database);
    this.#shelves = shelves;
  }

  /** What was seen; nothing where the record is not here. */
  async read(look: PlacedLook): Promise<FoundLook | null> {
    const place = placeOfLook(look);
    const record = await this.#record(look, place.turn);
    const file = record?.files[place.place];
    if (record === null || file === undefined) return null;
    const seen = (state: TurnFileState | null): SeenFile | null | undefined => seenFile(record, state);
    const turn = look.effect === 'turn' ? this.#turns.turn(look.session.id, place.turn) : null;
    return {
      ...look,
      file: seen(place.isEnd ? file.after : file.before),
      turn: turn && {
        until: turn.until,
        after: seen(file.after),
        steps: this.#turns.steps(look.session.id, turn),
        ordinal: ordinalOfTurn(place),
      },
    };
  }

  #record(look: PlacedLook, turn: number): Promise<ObservedTurn | null> {
    const key = `${look.session.tree} ${turn}`;
    let record = this.#records.get(key);
    if (record === undefined) {
      record = this.#open(look, turn);
      if (this.#records.size >= MOST_RECORDS) this.#records.clear();
      this.#records.set(key, record);
    }
    return record;
  }

  async #open({ session }: PlacedLook, turn: number): Promise<ObservedTurn | null> {
    const copy = copyOf(session, this.#shelves);
    if (copy === null) return null;
    const folder = openCopy(copy);
    try {
      return await folder.turn(folder.names.turn(turn));
    } catch (error) {
      if (error instanceof OtError) return null;
      throw error;
    }
  }
}

function seenFile({ texts }: ObservedTurn, state: TurnFileState | null): SeenFile | null | undefined {
  if (state === null) return null;
  if (state.blob === undefined || state.omitted !== undefined || state.raced === true) return undefined;
  return { blob: state.blob, text: state.text === undefined ? null : (texts[state.text] ?? null) };
}
