/** What was seen at the starts of a session, brought together in one record. */
import { isDeepStrictEqual } from 'node:util';
import { type InstructionFile, ObservedStart, type SessionStart } from '../../record/start.ts';

/** Starts that one trace keeps: the first ones. */
const MOST_STARTS = 16;

/** `known` with the starts of `more`; null when they tell nothing new. The same start again changes nothing. */
export function withStarts(known: ObservedStart | null, more: ObservedStart): ObservedStart | null {
  let merged = known ?? ObservedStart.parse({ starts: [], texts: [] });
  for (const start of more.starts) merged = withStart(merged, start, more.texts);
  return merged.starts.length === (known?.starts.length ?? 0) ? null : merged;
}

function withStart(
  { starts, texts }: ObservedStart,
  start: SessionStart,
  own: readonly string[],
): ObservedStart {
  const all = [...texts];
  const place = (text: string): number => {
    const at = all.indexOf(text);
    return at < 0 ? all.push(text) - 1 : at;
  };
  const files = start.files.map((file) => {
    const text = file.text === undefined ? undefined : own[file.text];
    return text === undefined ? file : { ...file, text: place(text) };
  });
  const before = starts.findLast(({ at }) => at <= start.at);
  const isKnown = before !== undefined && (before.at === start.at || isSame(before, { ...start, files }));
  if (isKnown || starts.length >= MOST_STARTS) return { starts, texts };
  const next = [...starts, { ...start, files }].sort((left, right) => (left.at < right.at ? -1 : 1));
  return { starts: next, texts: all };
}

/** A file that was only touched is the same one. */
function isSame(left: SessionStart, right: SessionStart): boolean {
  const facts = ({ cwd, files, environment_names }: SessionStart): unknown => [
    cwd,
    environment_names,
    files.map(({ modified_at: _, ...file }: InstructionFile) => Object.entries(file).sort()),
  ];
  return isDeepStrictEqual(facts(left), facts(right));
}
