/**
 * A text that a pattern of ours describes: one draw of the part of the syntax that the rules use. Of a choice
 * the first branch is taken, of a bounded repeat the least, and look-arounds are left out, but for one that
 * says where a secret begins.
 */
import { draw } from './samples.ts';

const ESCAPED: Readonly<Record<string, string>> = {
  d: '0123456789',
  w: 'abcXYZ789',
  s: ' ',
  n: '\n',
  t: '\t',
};

export function drawFrom(pattern: RegExp, seed: number): string {
  return new PatternDraw(pattern.source, seed).all();
}

class PatternDraw {
  readonly #source: string;
  #at = 0;
  #seed: number;

  constructor(source: string, seed: number) {
    this.#source = source;
    this.#seed = seed;
  }

  /** Up to the end of the group that is open, or of the pattern. */
  all(): string {
    let out = '';
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      if (this.#source[this.#at] === '|') {
        this.#skipRest();
        break;
      }
      out += this.#piece();
    }
    return out;
  }

  #piece(): string {
    const begin = this.#at;
    const seed = this.#seed;
    const first = this.#atom();
    const end = this.#at;
    const times = this.#repeats();
    const after = this.#at;
    let out = times === 0 ? '' : first;
    for (let i = 1; i < times; i += 1) {
      this.#at = begin;
      this.#seed = seed + i * 7;
      out += this.#atom();
    }
    this.#at = times > 1 ? after : Math.max(after, end);
    this.#seed = seed + times + 1;
    return out;
  }

  #atom(): string {
    const char = this.#source[this.#at]!;
    this.#at += 1;
    if (char === '[') return this.#class();
    if (char === '(') return this.#group();
    if (char === '^' || char === '$') return '';
    if (char !== '\\') return char;
    const escaped = this.#source[this.#at]!;
    this.#at += 1;
    if (escaped === 'b') return '';
    return escaped in ESCAPED ? this.#oneOf(ESCAPED[escaped]!) : escaped;
  }

  #class(): string {
    const end = this.#source.indexOf(']', this.#at + 1);
    const body = this.#source.slice(this.#at, end);
    this.#at = end + 1;
    const chars = body.replace(/([A-Za-z0-9])-([A-Za-z0-9])/g, (_, from: string, to: string) =>
      between(from, to),
    );
    return this.#oneOf(chars.replaceAll('\\', ''));
  }

  #group(): string {
    const isLook = /^\?<?[=!]/.test(this.#source.slice(this.#at, this.#at + 3));
    const keeps = this.#source.startsWith('?<=', this.#at) && this.#ahead().includes('?<from>');
    const head = /^\?(?:<?[=!]|:|<[a-z]+>)/.exec(this.#source.slice(this.#at));
    this.#at += head?.[0].length ?? 0;
    const inner = this.all();
    this.#at += 1;
    return isLook && !keeps ? '' : inner;
  }

  /** The group that has just been opened. */
  #ahead(): string {
    let depth = 1;
    let at = this.#at;
    for (; depth > 0; at += 1) depth += { '(': 1, ')': -1 }[this.#source[at]!] ?? 0;
    return this.#source.slice(this.#at, at);
  }

  #skipRest(): void {
    for (let depth = 0; this.#at < this.#source.length; this.#at += 1) {
      const char = this.#source[this.#at];
      if (char === '\\') this.#at += 1;
      else if (char === '(') depth += 1;
      else if (char === ')' && depth === 0) return;
      else if (char === ')') depth -= 1;
    }
  }

  #repeats(): number {
    const found = /^(?:\{([0-9]+)(?:,([0-9]+))?\}|\?)\??/.exec(this.#source.slice(this.#at));
    if (found === null) return 1;
    this.#at += found[0].length;
    return found[1] === undefined ? 0 : Number(found[1]);
  }

  #oneOf(chars: string): string {
    this.#seed += 1;
    return draw(3, chars, this.#seed)[1]!;
  }
}

function between(from: string, to: string): string {
  const codes = Array.from(
    { length: to.charCodeAt(0) - from.charCodeAt(0) + 1 },
    (_, i) => from.charCodeAt(0) + i,
  );
  return String.fromCharCode(...codes);
}
