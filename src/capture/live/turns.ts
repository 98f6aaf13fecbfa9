/** Which looks at a work tree make a turn: from a prompt to the end of what the agent did about it. */
import * as z from 'zod/mini';
import type { TraceFolder } from '../../bucket/trace-folder.ts';
import { ObservedTurn } from '../../record/turn.ts';
import { endsPrompt, type Visit } from './fold.ts';
import type { Observed } from './observe.ts';
import { TurnSnapshot, turnBetween, type WorkTreeGit } from './turn-snapshot.ts';

/** Turns that one trace keeps: the first ones. */
const MOST_TURNS = 2_000;
/** A turn that a killed drain had told of is one of the last in its trace. */
const NEIGHBOURS = 8;
/** Events with which a person sets the agent to work. */
const PROMPT = /^(userpromptsubmit|userpromptsubmitted|beforeagent)$/i;

/** What is known of the turns of a session that its trace does not have yet. */
export const OpenTurns = z.object({
  /** Time of the newest event that was attended to, in milliseconds since 1970: it may come again. */
  seen: z.number(),
  /** The look at the prompt of the turn that runs. */
  from: z.nullable(TurnSnapshot),
  done: z.array(ObservedTurn),
});
export type OpenTurns = z.infer<typeof OpenTurns>;

export interface TurnLook {
  readonly git: Pick<WorkTreeGit, 'between' | 'filesAt'>;
  /** Looks at the work tree around the session's folder; null when there is none. */
  readonly take: (visit: Visit, at: Date) => Promise<TurnSnapshot | null>;
}

/** Attends to the events of a visit: at most one look, and none when it tells of no prompt and no end of a turn. */
export async function withTurn(
  known: OpenTurns | null,
  visit: Visit,
  look: TurnLook,
): Promise<OpenTurns | null> {
  const { seen, from, done } = known ?? { seen: 0, from: null, done: [] };
  const prompts = timesOf(visit, seen, (event) => PROMPT.test(event));
  const ends = timesOf(visit, seen, endsPrompt);
  const at = Math.max(...prompts, ...ends);
  if (prompts.length + ends.length === 0) return null;
  const now = await look.take(visit, new Date(at));
  if (now === null) return { seen: at, from: null, done };
  const isPrompt = prompts.includes(at);
  const start = from?.top === now.top ? from : null;
  const turns = await turnsOf(look, { start, now, isPrompt, prompts });
  return { seen: at, from: isPrompt ? now : null, done: [...done, ...turns] };
}

interface Ending {
  readonly start: TurnSnapshot | null;
  readonly now: TurnSnapshot;
  readonly isPrompt: boolean;
  readonly prompts: readonly number[];
}

async function turnsOf(
  { git }: TurnLook,
  { start, now, isPrompt, prompts }: Ending,
): Promise<ObservedTurn[]> {
  // Whoever comes late has not seen the work tree at the prompt: what changed since cannot be told.
  if (!isPrompt && prompts.length > 0) return [unseen(now, Math.max(...prompts))];
  const turn = start === null ? null : await turnBetween(git, start, now, isPrompt);
  return turn === null ? [] : [turn];
}

function unseen({ top, moment }: TurnSnapshot, prompt: number): ObservedTurn {
  const from = { ...moment, at: new Date(prompt).toISOString() };
  return { top, from, until: moment, files: [], texts: [], limitations: ['prompt_not_seen'] };
}

function timesOf({ events }: Visit, seen: number, isWanted: (event: string) => boolean): number[] {
  const wanted = events.filter(({ kind, at, event }) => kind === 'agent' && at > seen && isWanted(event));
  return wanted.map(({ at }) => at);
}

/** The record of a turn in a trace; null when it is there, or the trace has as many as it keeps. */
export async function turnRecord(folder: TraceFolder, turn: ObservedTurn): Promise<Observed | null> {
  const known = await folder.turnPaths();
  if (known.length >= MOST_TURNS) return null;
  for (const path of known.slice(-NEIGHBOURS)) {
    const other = await folder.turn(path);
    if (other.from.at === turn.from.at && other.until.at === turn.until.at) return null;
  }
  return { path: folder.names.turn(known.length + 1), record: turn };
}
