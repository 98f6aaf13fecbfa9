/**
 * The readings of one string: as it stands, with its escapes decoded, with the escapes of what it quotes
 * decoded, and what these hold in encoded form.
 */
import { decodedTexts } from './encodings.ts';
import { EscapeMap, unescapeJson } from './escapes.ts';
import type { Span } from './placeholder.ts';

/** Levels of escapes that are decoded: JSON in JSON in JSON, twice over. */
const MAX_DEPTH = 6;
/** Encodings within encodings that are undone. */
const MAX_ENCODED = 2;
/** Encoded text is read up to so many times the length of the string, and this many characters more. */
const MAX_TIMES = 8;
const MAX_MORE = 65_536;

export interface View {
  readonly text: string;
  readonly depth: number;
  readonly isEncoded: boolean;
  /** Offsets in the raw string. */
  toRaw(span: Span): Span;
}

export interface ViewOptions {
  /** False for text that is no JSON string: its first level has no escapes. */
  readonly isEscaped: boolean;
  /** Random by nature: nothing is decoded in it but escapes. */
  readonly isOpaque: boolean;
}

/** All readings of `raw`; bounded work, whatever it holds. */
export function viewsOf(raw: string, options: ViewOptions): { views: readonly View[]; isEncoded: boolean } {
  const whole: View = { text: raw, depth: -1, isEncoded: false, toRaw: (span) => span };
  const levels = escapeLevels(options.isEscaped ? unescaped(whole) : { ...whole, depth: 0 });
  const decoded = options.isOpaque ? [] : encodedViews(levels, raw.length * MAX_TIMES + MAX_MORE);
  return { views: [...levels, ...decoded], isEncoded: decoded.length > 0 };
}

/** A view and what each further level of escapes makes of it. */
function escapeLevels(first: View): View[] {
  const levels = [first];
  for (let view = first; view.depth < MAX_DEPTH - 1; ) {
    const next = unescaped(view);
    if (next.text === view.text) break;
    levels.push(next);
    view = next;
  }
  return levels;
}

function unescaped(view: View): View {
  const text = unescapeJson(view.text);
  if (text === view.text) return { ...view, depth: view.depth + 1 };
  let map: EscapeMap | null = null;
  const toRaw = ({ start, end }: Span): Span => {
    map ??= new EscapeMap(view.text);
    return view.toRaw({ start: map.toRaw(start, 'down'), end: map.toRaw(end, 'up') });
  };
  return { text, depth: view.depth + 1, isEncoded: view.isEncoded, toRaw };
}

/** What the views hold in encoded form, and what that holds, while the characters in all are within `budget`. */
function encodedViews(from: readonly View[], budget: number): View[] {
  const found: View[] = [];
  let left = budget;
  let layer = from;
  for (let level = 0; level < MAX_ENCODED; level += 1) {
    const next: View[] = [];
    for (const view of layer) {
      for (const { text, toSource } of decodedTexts(view.text)) {
        left -= text.length;
        if (left < 0) return found;
        const toRaw = (span: Span): Span => view.toRaw(toSource(span));
        next.push(...escapeLevels({ text, depth: view.depth + 1, isEncoded: true, toRaw }));
      }
    }
    for (const view of next) found.push(view);
    layer = next;
  }
  return found;
}
