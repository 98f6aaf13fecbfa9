/**
 * Finds the string tokens of JSON text without parsing it into values, so that everything else (numbers,
 * key order, repeated keys, white space) can stay byte for byte. Glued values are fine; what is no JSON
 * comes back as a plain text token. One pass, no recursion: depth costs no stack.
 */

/** Texts are in byte form; offsets exclude the quotes. */
export interface StringToken {
  readonly start: number;
  readonly end: number;
  /** `text` is a stretch that is no JSON and holds no escapes of its own. */
  readonly role: 'key' | 'value' | 'text';
  /** Raw key the value belongs to, through arrays; null for keys, text and top-level values. */
  readonly key: string | null;
  /** Key of the object around it, likewise. */
  readonly parent: string | null;
}

/** Broken stretches are searched for the next value so many times; then the rest is text. */
const MAX_RESTARTS = 16;

/** Deeper nesting is text: no parser we have follows it. */
const MAX_DEPTH = 100_000;

/** Longest number that is no text: longer runs of digits could carry anything. */
const MAX_NUMBER = 40;

/** Tokens of `text` in order; together with the JSON punctuation between them they cover all of it. */
export function stringTokens(text: string): StringToken[] {
  const tokens: StringToken[] = [];
  let at = 0;
  let restarts = 0;
  while (at < text.length) {
    const scan = new ValueScan(text, tokens);
    const kept = tokens.length;
    const end = scan.run(at);
    if (end >= 0) {
      at = end;
      continue;
    }
    tokens.length = kept;
    const next = restarts < MAX_RESTARTS ? text.indexOf('{"', at + 1) : -1;
    restarts += 1;
    pushText(tokens, at, next < 0 ? text.length : next);
    at = next < 0 ? text.length : next;
  }
  return tokens;
}

/** Neighbouring stretches of text become one token: a secret may lie across a restart. */
function pushText(tokens: StringToken[], start: number, end: number): void {
  const last = tokens.at(-1);
  const joined = last?.role === 'text' && last.end === start;
  if (joined) tokens.pop();
  tokens.push({ start: joined ? last.start : start, end, role: 'text', key: null, parent: null });
}

interface Frame {
  readonly isObject: boolean;
  /** Key this container is the value of. */
  readonly owner: string | null;
  /** Key of the enclosing object. */
  readonly parent: string | null;
  /** Key whose value comes next; an array passes its owner on. */
  key: string | null;
}

type Expect = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or close';

/** One JSON value after optional white space. */
class ValueScan {
  readonly #text: string;
  readonly #tokens: StringToken[];
  readonly #stack: Frame[] = [];
  #top: Frame | null = null;
  #at = 0;
  #expect: Expect = 'value';
  #done = false;

  constructor(text: string, tokens: StringToken[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  /**
   * Exclusive end of the value that begins at `start`, white space after it included; -1 if it is no JSON.
   * A bare number or word counts only inside an object or array: elsewhere it is text.
   */
  run(start: number): number {
    this.#at = this.#skipSpace(start);
    if (this.#at === this.#text.length) return this.#at;
    while (!this.#done) {
      if (!this.#step(this.#text.charCodeAt(this.#at))) return -1;
      this.#at = this.#skipSpace(this.#at);
    }
    return this.#at;
  }

  /** Consumes one token; false when it cannot stand here (NaN at the end of the text never can). */
  #step(code: number): boolean {
    switch (this.#expect) {
      case 'key':
      case 'key or }':
        if (code === 0x22) return this.#key();
        return code === 0x7d && this.#expect === 'key or }' && this.#close();
      case ':':
        this.#expect = 'value';
        return this.#skip(code === 0x3a);
      case ', or close':
        return this.#separator(code);
      default:
        return this.#value(code);
    }
  }

  #value(code: number): boolean {
    if (code === 0x22) return this.#string('value');
    if (code === 0x7b || code === 0x5b) return this.#open(code === 0x7b);
    if (code === 0x5d && this.#expect === 'value or ]') return this.#close();
    return this.#top !== null && this.#scalar();
  }

  #key(): boolean {
    const start = this.#at + 1;
    if (!this.#string('key')) return false;
    this.#top!.key = this.#text.slice(start, this.#at - 1);
    this.#expect = ':';
    return true;
  }

  #string(role: 'key' | 'value'): boolean {
    const start = this.#at + 1;
    const end = closingQuote(this.#text, start);
    if (end < 0) return false;
    const top = this.#top;
    const key = role === 'key' ? null : (top?.key ?? null);
    this.#tokens.push({ start, end, role, key, parent: top?.parent ?? null });
    this.#at = end + 1;
    this.#valueEnded();
    return true;
  }

  #open(isObject: boolean): boolean {
    const outer = this.#top;
    if (outer !== null) this.#stack.push(outer);
    if (this.#stack.length >= MAX_DEPTH) return false;
    const owner = outer?.key ?? null;
    const parent = isObject ? owner : (outer?.parent ?? null);
    this.#top = { isObject, owner, parent, key: isObject ? null : owner };
    this.#expect = isObject ? 'key or }' : 'value or ]';
    return this.#skip(true);
  }

  #close(): boolean {
    this.#top = this.#stack.pop() ?? null;
    this.#valueEnded();
    return this.#skip(true);
  }

  #separator(code: number): boolean {
    const isObject = this.#top!.isObject;
    if (code === 0x2c) {
      this.#expect = isObject ? 'key' : 'value';
      return this.#skip(true);
    }
    return code === (isObject ? 0x7d : 0x5d) && this.#close();
  }

  #scalar(): boolean {
    SCALAR.lastIndex = this.#at;
    const match = SCALAR.exec(this.#text);
    if (match === null || match[0].length > MAX_NUMBER) return false;
    this.#at = SCALAR.lastIndex;
    this.#valueEnded();
    return true;
  }

  #valueEnded(): void {
    this.#expect = ', or close';
    this.#done = this.#top === null;
  }

  #skip(fits: boolean): boolean {
    this.#at += 1;
    return fits;
  }

  #skipSpace(at: number): number {
    let i = at;
    for (; ; i += 1) {
      const code = this.#text.charCodeAt(i);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return i;
    }
  }
}

const SCALAR = /(?:true|false|null|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_.+-])/y;

/** Index of the quote that ends the string whose content begins at `start`, or -1. */
function closingQuote(text: string, start: number): number {
  let quote = text.indexOf('"', start);
  while (quote >= 0) {
    let slash = quote;
    while (slash > start && text.charCodeAt(slash - 1) === 0x5c) slash -= 1;
    if ((quote - slash) % 2 === 0) return quote;
    quote = text.indexOf('"', quote + 1);
  }
  return -1;
}
