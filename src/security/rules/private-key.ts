/** PEM and PGP private keys with their bodies: as a file, escaped in a string, numbered, quoted or cut off. */
import type { Span } from '../placeholder.ts';
import { type Rule, shape } from './rule.ts';

const HEADER = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-{4,5}/y;
const FOOTER =
  /(?:[^A-Za-z0-9+/=[\\]|\\[nrt]?){0,24}END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-{0,5}/y;
/** `Proc-Type: 4,ENCRYPTED`, `Version: ...`: lines before the body. */
const ATTRIBUTE = /(?:[^A-Za-z0-9+/=[\\]|\\[nrt]?){1,24}[A-Za-z-]{3,20}: [^\r\n\\"']{0,100}/y;
/** Between two lines of the body: the line end in any escape, quotes, signs, a line number. */
const GAP = /(?:[^A-Za-z0-9+/=[\\]|\\[nrt]?){1,24}(?:[0-9]{1,6}[^A-Za-z0-9+/=[]{1,6})?/y;
const RUN = /[A-Za-z0-9+/=]{8,8192}/y;
const TAIL = /[A-Za-z0-9+/=]{1,7}(?![A-Za-z0-9])/y;

/** Longest key we follow: an RSA key of 16,384 bits has 12,800 characters. */
const MAX_BODY = 64 * 1024;

/** Fewest characters of a body: a key on a short curve takes 64. */
const MIN_BODY = 48;

/** Offset after `pattern` at `at`, or `at` when it does not match there. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Offset after the body that begins at `at`; `at` when there is none. */
function bodyEnd(text: string, at: number): number {
  let end = at;
  while (end - at < MAX_BODY) {
    const gap = after(GAP, text, end);
    const run = after(RUN, text, gap);
    if (run === gap) {
      const tail = after(TAIL, text, gap);
      return end > at && tail > gap && endsBody(text, tail) ? tail : end;
    }
    end = run;
  }
  return end;
}

/** A short last line counts when the key's end or the text's follows, or when it is padded. */
function endsBody(text: string, at: number): boolean {
  return at === text.length || text.charCodeAt(at - 1) === 0x3d || after(FOOTER, text, at) > at;
}

function matchKey(text: string, at: number): Span | null {
  const header = after(HEADER, text, at);
  if (header === at) return null;
  let start = header;
  for (let i = 0; i < 6; i += 1) start = after(ATTRIBUTE, text, start);
  const end = bodyEnd(text, start);
  return end - start < MIN_BODY ? null : { start: at, end: after(FOOTER, text, end) };
}

/** `-----BEGIN` in base64, as in kubeconfig files; certificates look the same until decoded. */
const encodedKey = shape(
  'private-key-base64',
  'private_key',
  ['ls0tls1crudjti'],
  /LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,16384}={0,2}/,
  { certain: true, accept: (secret) => Buffer.from(secret.slice(0, 120), 'base64').includes('PRIVATE KEY') },
);

/** The private half of a key file of PuTTY. */
function matchPuttyKey(text: string, at: number): Span | null {
  const header = after(/private-lines:[ \t]{0,4}[0-9]{1,4}/iy, text, at);
  if (header === at) return null;
  const end = bodyEnd(text, header);
  return end - header < MIN_BODY ? null : { start: at, end };
}

/** Farthest between members of a JSON Web Key. */
const JWK_REACH = 2048;
const JWK_PRIVATE = /["']d["'][ \t\r\n]{0,20}:[ \t\r\n]{0,20}["']([A-Za-z0-9_-]{40,1024})["']/d;

/** The member that makes a JSON Web Key a private one. */
function matchWebKey(text: string, at: number): Span | null {
  const from = Math.max(0, at - JWK_REACH);
  const span = JWK_PRIVATE.exec(text.slice(from, at + JWK_REACH))?.indices?.[1];
  return span === undefined ? null : { start: from + span[0], end: from + span[1] };
}

export const PRIVATE_KEY_RULES: readonly Rule[] = [
  {
    name: 'putty-key',
    kind: 'private_key',
    anchors: ['private-lines:'],
    certain: true,
    match: matchPuttyKey,
  },
  { name: 'json-web-key', kind: 'private_key', anchors: ['kty'], certain: false, match: matchWebKey },
  { name: 'private-key', kind: 'private_key', anchors: ['-----begin'], certain: true, match: matchKey },
  encodedKey,
];
