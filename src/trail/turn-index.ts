/**
 * Looks at files at the prompts and ends of turns, as rows beside those of patches. Where only commands of the
 * session's own steps can have changed files between the two, the row of the first look is a `turn`.
 */
import { createHash } from 'node:crypto';
import { PreparedStatements, type Sqlite } from '../base/sqlite.ts';
import { COMMAND_EFFECTS } from '../catalog/write-patches.ts';

/** Looks have no step of their own; places of files in a turn, and looks at its end behind those at its prompt. */
const NO_STEP = 0;
const PLACES = 1000;
const AT_END = 500;

export interface LookRow {
  readonly step: number;
  readonly ordinal: number;
  readonly time: number;
  /** Absolute. */
  readonly path: string;
  readonly effect: 'seen' | 'turn';
  readonly digest: string;
}

/** Which file of which turn a look is at. */
export interface LookPlace {
  readonly turn: number;
  readonly place: number;
  readonly isEnd: boolean;
}

export function placeOfLook({ ordinal }: Pick<LookRow, 'ordinal'>): LookPlace {
  const rest = ordinal % PLACES;
  return { turn: Math.floor(ordinal / PLACES), place: rest % AT_END, isEnd: rest >= AT_END };
}

/** Number, within its step, of what commands of a step did to a file in a turn: above those of patches. */
export function ordinalOfTurn({ turn, place }: Pick<LookPlace, 'turn' | 'place'>): number {
  return turn * PLACES + place;
}

/** A step with commands that may have written files. */
export interface CommandStep {
  readonly step: number;
  readonly time: number;
}

interface TurnRow {
  readonly turn: number;
  readonly since: number;
  readonly until: number;
  readonly is_sound: number;
  readonly has_moved: number;
}

interface FileRow {
  readonly place: number;
  readonly path: string;
  readonly has_before: number;
  readonly has_after: number;
  readonly digest: string;
}

const TURN = 'SELECT turn, since, until, is_sound, has_moved FROM observed_turns WHERE trace = ?';
const FILES =
  'SELECT place, path, has_before, has_after, digest FROM turn_files WHERE trace = ? AND turn = ? ORDER BY place';
const OWN_COMMANDS =
  'SELECT step, time, effect FROM commands WHERE trace = ? AND time BETWEEN ? AND ? ORDER BY time, step';
const OTHERS_COMMANDS =
  'SELECT DISTINCT trace FROM commands INDEXED BY commands_by_time WHERE time BETWEEN ? AND ? AND trace <> ? AND effect & 3 <> 0';
/** Sessions whose turns may be others, now that a trace's commands are known. */
const BESIDE =
  'SELECT DISTINCT o.trace FROM observed_turns o WHERE o.trace <> ? AND EXISTS (SELECT 1 FROM commands c WHERE c.trace = ? AND c.time BETWEEN o.since AND o.until)';

export class TurnIndex {
  readonly #prepared: PreparedStatements;

  constructor(database: Sqlite) {
    this.#prepared = new PreparedStatements(database);
  }

  /** Looks of a trace; `isRelated` tells whether another trace's commands may change the same files. */
  looks(trace: number, isRelated: (trace: number) => boolean): LookRow[] {
    const turns = this.#prepared.of(TURN).all<TurnRow>(trace);
    return turns.flatMap((turn) => {
      const steps = this.#isTrusted(trace, turn, isRelated) ? this.steps(trace, turn) : [];
      const files = this.#prepared.of(FILES).all<FileRow>(trace, turn.turn);
      return files.flatMap((file) => looksAt(turn, file, steps));
    });
  }

  /** Steps of a trace within a turn that have commands which may have written files. */
  steps(trace: number, { since, until }: Pick<TurnRow, 'since' | 'until'>): CommandStep[] {
    return this.#commands(trace, since, until).filter(
      ({ effect }) => (effect & COMMAND_EFFECTS.writes) !== 0,
    );
  }

  turn(trace: number, number: number): Pick<TurnRow, 'since' | 'until'> | null {
    return this.#prepared.of(`${TURN} AND turn = ?`).all<TurnRow>(trace, number)[0] ?? null;
  }

  /** Traces with turns during which a trace ran commands. */
  beside(trace: number): number[] {
    return this.#prepared
      .of(BESIDE)
      .all<{ trace: number }>(trace, trace)
      .map((row) => row.trace);
  }

  #commands(trace: number, since: number, until: number): Array<CommandStep & { readonly effect: number }> {
    return this.#prepared.of(OWN_COMMANDS).all(trace, since, until);
  }

  /** Nothing may have brought texts into the work tree but commands of this trace that write them. */
  #isTrusted(trace: number, turn: TurnRow, isRelated: (trace: number) => boolean): boolean {
    if (turn.is_sound === 0) return false;
    const own = this.#commands(trace, turn.since, turn.until).reduce((sum, { effect }) => sum | effect, 0);
    const isMoved = turn.has_moved === 1 && (own & COMMAND_EFFECTS.commits) === 0;
    if ((own & COMMAND_EFFECTS.brings) !== 0 || isMoved) return false;
    const others = this.#prepared.of(OTHERS_COMMANDS).all<{ trace: number }>(turn.since, turn.until, trace);
    return !others.some((other) => isRelated(other.trace));
  }
}

/** A turn has both looks, so that it ends; else those of which it is known what the file was. */
function looksAt(turn: TurnRow, file: FileRow, steps: readonly CommandStep[]): LookRow[] {
  const { place, path, has_before: hasBefore, has_after: hasAfter } = file;
  const isTurn = steps.length > 0 && hasBefore === 1;
  const facts = isTurn ? [turn.until, steps.map(({ step, time }) => [step, time])] : [];
  const digest = createHash('sha1')
    .update(JSON.stringify([file.digest, ...facts]))
    .digest('hex')
    .slice(0, 20);
  const ordinal = turn.turn * PLACES + place;
  const row = { step: NO_STEP, path, digest };
  const start = { ...row, ordinal, time: turn.since, effect: isTurn ? ('turn' as const) : ('seen' as const) };
  const end = { ...row, ordinal: ordinal + AT_END, time: turn.until, effect: 'seen' as const };
  return [...(hasBefore === 1 ? [start] : []), ...(isTurn || hasAfter === 1 ? [end] : [])];
}
