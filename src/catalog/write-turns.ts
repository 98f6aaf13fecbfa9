/** Writes which files a trace's turns changed, as the drain saw them: what attribution looks up. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { Oid } from '../git/ports.ts';
import type { ObservedTurn, TurnFileState } from '../record/turn.ts';
import type { Run } from './write-patches.ts';

/** The record of a turn as a trace folder lists it. */
export interface TurnRef {
  /** From 1. */
  readonly turn: number;
  readonly oid: Oid;
}

/** What attribution takes from the record of a turn; times in milliseconds since 1970. */
export interface ReadTurn extends TurnRef {
  readonly since: number;
  readonly until: number;
  /** All of it was seen. */
  readonly isSound: boolean;
  /** HEAD was another commit at its end. */
  readonly hasMoved: boolean;
  readonly files: readonly TurnFile[];
}

interface TurnFile {
  /** In the record's list, from 0. */
  readonly place: number;
  /** Absolute. */
  readonly path: string;
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
  readonly digest: string;
}

/** Records of turns, in their order. */
export async function turnRefs(folder: TraceFolder): Promise<TurnRef[]> {
  const files = await folder.filesIn('sources/0/observed');
  const refs = [...files].flatMap(([name, oid]): TurnRef[] => {
    const turn = Number(/^turn-(\d{5})\./.exec(name)?.[1] ?? 0);
    return turn > 0 && folder.names.turn(turn).endsWith(`/${name}`) ? [{ turn, oid }] : [];
  });
  return refs.sort((left, right) => left.turn - right.turn);
}

/** What is kept of a record; no files where its times are none. */
export function readTurnOf({ turn, oid }: TurnRef, record: ObservedTurn): ReadTurn {
  const { from, until, files, limitations, top } = record;
  const [since, end] = [Date.parse(from.at), Date.parse(until.at)];
  const isTimed = since < end;
  const found = files.map(({ path, before, after }, place) => ({
    place,
    path: posix.join(top, path),
    hasBefore: isShown(before),
    hasAfter: isShown(after),
    digest: createHash('sha1')
      .update(JSON.stringify([before, after]))
      .digest('hex')
      .slice(0, 20),
  }));
  return {
    ...{ turn, oid, since: since || 0, until: end || 0 },
    isSound: isTimed && limitations.length === 0,
    hasMoved: from.head !== until.head,
    files: isTimed ? found : [],
  };
}

/** The turns of a trace: those that are others now or gone are forgotten, those that were read added. */
export function writeTurns(
  run: Run,
  trace: number,
  gone: readonly number[],
  read: readonly ReadTurn[],
): void {
  for (const turn of gone) dropTurn(run, trace, turn);
  for (const { turn, oid, since, until, isSound, hasMoved, files } of read) {
    const values = [trace, turn, oid, since, until, isSound ? 1 : 0, hasMoved ? 1 : 0];
    run('INSERT OR REPLACE INTO observed_turns VALUES (?, ?, ?, ?, ?, ?, ?)', ...values);
    for (const { place, path, hasBefore, hasAfter, digest } of files) {
      const file = [trace, turn, place, path, hasBefore ? 1 : 0, hasAfter ? 1 : 0, digest];
      run('INSERT OR REPLACE INTO turn_files VALUES (?, ?, ?, ?, ?, ?, ?)', ...file);
    }
  }
}

function dropTurn(run: Run, trace: number, turn: number): void {
  for (const table of ['observed_turns', 'turn_files'])
    run(`DELETE FROM ${table} WHERE trace = ? AND turn = ?`, trace, turn);
}

/** Whether it is known what the file was at the event; null stands for no file. */
function isShown(state: TurnFileState | null): boolean {
  return state === null || (state.blob !== undefined && state.omitted === undefined && state.raced !== true);
}
