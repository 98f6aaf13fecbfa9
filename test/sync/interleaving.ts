/** Machines that capture, push and pull in any order, beside a model of what each must see in the end. */

import * as fc from 'fast-check';
import { expect } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { sessionIdOf, tokenOf, traceOf } from './sessions.ts';

export type Op =
  | { readonly do: 'capture'; readonly on: number; readonly session: number; readonly part: Part }
  | { readonly do: 'push' | 'pull' | 'copy'; readonly on: number };

/** So many turns of a session that goes one of two ways after its first. */
interface Part {
  readonly way: 'left' | 'rightwards';
  readonly turns: number;
}

const part = fc.record({
  way: fc.constantFrom<Part['way']>('left', 'rightwards'),
  turns: fc.integer({ min: 1, max: 3 }),
});
const on = fc.nat(2);
const capture = fc.record({ do: fc.constant('capture' as const), on, session: fc.nat(2), part });
const exchange = fc.record({ do: fc.constantFrom('push' as const, 'pull' as const), on });
const copy = fc.record({ do: fc.constant('copy' as const), on });

/** Histories of two machines, and a third that may begin as a copy of one of them. */
export const HISTORY: fc.Arbitrary<readonly Op[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: capture },
    { weight: 5, arbitrary: exchange },
    { weight: 1, arbitrary: copy },
  ),
  { minLength: 6, maxLength: 14 },
);

function textOf(session: number, { way, turns }: Part): SessionText {
  const text = new SessionText(sessionIdOf(session));
  text.user(`Session ${session} begins with ${tokenOf(session)}.`).say('Yes.');
  for (let turn = 2; turn <= turns; turn += 1) text.user(`${way} ${turn}`).say(`${way} ${turn} is done.`);
  return text;
}

/** What a machine captured of one session: one part a source, in order of capture. */
type Sources = readonly Part[];

function captured(sources: Sources, now: Part): Sources {
  const related = sources.findIndex(({ way, turns }) => way === now.way || turns === 1 || now.turns === 1);
  if (related < 0) return [...sources, now];
  return sources.map((known, index) => (index === related && now.turns > known.turns ? now : known));
}

function bytesOf(session: number, sources: Sources): number {
  return sources.reduce((sum, known) => sum + textOf(session, known).bytes().length, 0);
}

class Player {
  readonly machine: SyncMachine;
  readonly sessions: Map<number, Sources>;

  constructor(machine: SyncMachine, sessions: ReadonlyMap<number, Sources> = new Map()) {
    this.machine = machine;
    this.sessions = new Map(sessions);
  }
}

/** Plays a history, lets everybody push and pull once more, and compares with the model. */
export async function play(history: readonly Op[]): Promise<void> {
  const remote = await BareRemote.create();
  const players = [new Player(new SyncMachine()), new Player(new SyncMachine())];
  for (const { machine } of players) await machine.addRemote(remote.gitDir);
  for (const op of history) await step(op, players, remote);
  for (const { machine } of players) await pushGrowing(machine, remote);
  for (const { machine } of players) await machine.pull();
  for (const player of players) await expectEverything(player, players);
  await expectSound(
    [remote],
    players.map(({ machine }) => machine),
  );
}

async function step(op: Op, players: Player[], remote: BareRemote): Promise<void> {
  const player = players[op.on % players.length]!;
  if (op.do === 'capture') await captureOn(player, op.session, op.part);
  else if (op.do === 'push') await pushGrowing(player.machine, remote);
  else if (op.do === 'pull') await player.machine.pull();
  else if (players.length < 3) players.push(new Player(player.machine.copy({}), player.sessions));
}

async function captureOn(player: Player, session: number, now: Part): Promise<void> {
  await player.machine.capture(writeSession(textOf(session, now)));
  player.sessions.set(session, captured(player.sessions.get(session) ?? [], now));
}

/** Nothing at the remote is ever replaced by what does not hold it. */
async function pushGrowing(machine: SyncMachine, remote: BareRemote): Promise<void> {
  const before = await remote.refs();
  await machine.push();
  const after = await remote.refs();
  for (const [ref, tip] of before) {
    const now = after.get(ref);
    if (now === tip) continue;
    expect(await remote.plainGit('merge-base', tip, now ?? '')).toBe(tip);
  }
}

async function expectEverything(player: Player, players: readonly Player[]): Promise<void> {
  const wanted = new Map<string, number>();
  for (const { sessions } of players) {
    for (const [session, sources] of sessions) {
      const known = wanted.get(traceOf(session)) ?? 0;
      wanted.set(traceOf(session), Math.max(known, bytesOf(session, sources)));
    }
  }
  for (const [session, sources] of player.sessions) wanted.set(traceOf(session), bytesOf(session, sources));
  const { traces, damaged } = await player.machine.list();
  expect(damaged).toEqual([]);
  const seen = new Map([...traces].map(([id, { row }]) => [id, row.raw_bytes]));
  expect(sorted(seen)).toEqual(sorted(wanted));
}

function sorted(map: ReadonlyMap<string, number>): [string, number][] {
  return [...map].sort(([left], [right]) => (left < right ? -1 : 1));
}
