/**
 * From edits to bursts. A burst is what was edited for one purpose, so a new request is the first sign of a
 * new one, whatever language it is in; time, files and commits decide what a request alone leaves open.
 */
import type { Activity, Edit, Turn } from './activity.ts';

/** Thresholds of the segmentation; fixed, so that the same trace always gives the same bursts. */
export const SEGMENTATION = {
  /** Information in a request, in letters of a Latin script, up to which it may only carry work on. */
  shortRequest: 40,
  /** Pause in milliseconds after which work on the same files is new work. */
  longPause: 60 * 60_000,
} as const;

export interface Segment {
  readonly edits: readonly Edit[];
  /** Turns since the segment before, up to the first edit. */
  readonly turns: readonly Turn[];
}

/** Edits in order, cut where a new purpose begins. Pure and linear. */
export function segmentEdits({ edits, turns, commits }: Activity): Segment[] {
  const segments: Array<{ edits: Edit[]; turns: Turn[]; files: Set<string> }> = [];
  const asked = turnsBefore(edits, turns);
  const committed = countsBetween(
    edits,
    commits.map(({ step }) => step),
  );
  edits.forEach((edit, index) => {
    const current = segments.at(-1);
    const between = { turns: asked[index]!, committed: committed[index]! > 0 };
    if (current === undefined || startsNew(current, edit, between)) {
      segments.push({ edits: [edit], turns: between.turns, files: filesOf(edit) });
      return;
    }
    current.edits.push(edit);
    for (const file of filesOf(edit)) current.files.add(file);
  });
  return segments;
}

interface Between {
  readonly turns: readonly Turn[];
  readonly committed: boolean;
}

function startsNew(
  current: { readonly edits: readonly Edit[]; readonly files: ReadonlySet<string> },
  edit: Edit,
  { turns, committed }: Between,
): boolean {
  const sameFiles = [...filesOf(edit)].some((file) => current.files.has(file));
  if (turns.length === 0) return committed && !sameFiles;
  if (turns.length > 1 || !sameFiles) return true;
  return (
    weightOf(turns[0]!.text) > SEGMENTATION.shortRequest ||
    pauseBefore(current.edits.at(-1)!, turns[0]!) > SEGMENTATION.longPause
  );
}

function pauseBefore(edit: Edit, turn: Turn): number {
  return edit.time === null || turn.time === null ? 0 : turn.time - edit.time;
}

function filesOf(edit: Edit): Set<string> {
  return new Set(edit.patches.map(({ path }) => path));
}

/**
 * How much a text says, in letters of a Latin script: scripts that write a syllable or a word in one
 * character count for more.
 */
export function weightOf(text: string): number {
  let weight = 0;
  for (const character of text.slice(0, 10_000)) weight += weightOfCharacter(character);
  return weight;
}

function weightOfCharacter(character: string): number {
  if (character < '\u0080') return /[a-z0-9]/i.test(character) ? 1 : 0;
  if (/\p{Script=Han}/u.test(character)) return 4;
  if (/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(character)) return 2;
  return /[\p{L}\p{N}]/u.test(character) ? 1 : 0;
}

/** For each edit, the turns after the edit before it. */
function turnsBefore(edits: readonly Edit[], turns: readonly Turn[]): Turn[][] {
  let next = 0;
  return edits.map(({ step }) => {
    const found: Turn[] = [];
    while (next < turns.length && turns[next]!.step < step) found.push(turns[next++]!);
    return found;
  });
}

/** For each edit, how many of `steps` lie between it and the edit before it; a step equal to an edit is after it. */
function countsBetween(edits: readonly Edit[], steps: readonly number[]): number[] {
  let next = 0;
  return edits.map(({ step }) => {
    const from = next;
    while (next < steps.length && steps[next]! < step) next += 1;
    return next - from;
  });
}
