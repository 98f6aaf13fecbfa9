/** The byte form of a text (see contract.ts): one character per UTF-8 byte. */

/** Byte form of bytes; `toBytes` gives the same bytes back, valid UTF-8 or not. */
export function fromBytes(bytes: Buffer): string {
  return bytes.toString('latin1');
}

export function toBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Byte form of an ordinary string. */
export function fromString(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Ordinary string of a byte form; bytes that are no UTF-8 become U+FFFD. */
export function toText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'latin1').toString('utf8');
}

/** True inside a multi-byte character: a span must not begin or end before such a byte. */
export function isContinuation(code: number): boolean {
  return (code & 0xc0) === 0x80;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
