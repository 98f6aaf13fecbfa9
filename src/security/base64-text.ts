/**
 * Finds base64 of ASCII text without decoding: of each four letters the first three are among those that
 * printable characters and line ends can give. Ordinary words and random letters hardly ever go on so for
 * sixteen letters.
 */

/** Letters by their place in a group of four, as bits 0 to 3. */
const CLASS = buildClasses();
/** The same one place further: bit `c` when the letter can stand after one of class `c`. */
const AFTER = CLASS.map((bits) => ((bits >> 1) | (bits << 3)) & 15);

function buildClasses(): Uint8Array {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const classes = new Uint8Array(256);
  for (const [value, letter] of [...alphabet].entries()) {
    const first = (value >= 8 && value < 32) || value === 2 || value === 3;
    const second = value % 16 === 0 || (value % 16 >= 2 && value % 16 < 8);
    const third = value % 4 < 2;
    classes[letter.charCodeAt(0)] = (first ? 1 : 0) | (second ? 2 : 0) | (third ? 4 : 0) | 8;
  }
  for (const letter of '+/-_') classes[letter.charCodeAt(0)] = 8;
  return classes;
}

/** Letters that must fit. */
const LENGTH = 16;

/**
 * First letter of sixteen that are base64 of text, in `bytes[start, end)` or -1. Two neighbours of every four
 * letters are looked at; only where three such pairs fit the rest is.
 */
export function findBase64Text(bytes: Uint8Array, start: number, end: number): number {
  let before = 0;
  let last = 0;
  for (let at = start; at + 1 < end; at += 4) {
    const pair = CLASS[bytes[at]!]! & AFTER[bytes[at + 1]!]!;
    const fits = before & last & pair;
    if (fits !== 0) {
      const found = beginOf(bytes, at - 8, fits, start, end);
      if (found >= 0) return found;
    }
    before = last;
    last = pair;
  }
  return -1;
}

/** `at` is a letter of one of the classes `fits`: where the first group of four with it begins, or -1. */
function beginOf(bytes: Uint8Array, at: number, fits: number, start: number, end: number): number {
  for (let place = 0; place < 4; place += 1) {
    if ((fits & (1 << place)) === 0) continue;
    const begin = at - place;
    if (begin >= start && begin + LENGTH <= end && isText(bytes, begin)) return begin;
  }
  return -1;
}

function isText(bytes: Uint8Array, begin: number): boolean {
  for (let i = 0; i < LENGTH; i += 1) {
    if ((CLASS[bytes[begin + i]!]! & (1 << (i & 3))) === 0) return false;
  }
  return true;
}
