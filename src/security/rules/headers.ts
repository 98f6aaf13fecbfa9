/** Credentials by their place in a protocol: JWTs, authorization headers, users of command lines. */
import type { Span } from '../placeholder.ts';
import { isCaseNoise, isRandomText } from './random.ts';
import { entropyOf, isNoSample, type Rule, shape } from './rule.ts';

/** Names and templates that stand where a credential would. */
const STAND_IN =
  /^(?:<.{0,80}|\$.{0,80}|%.{0,80}|\{.{0,80}|\*{1,80}|\.{3}|x{3,80}|your.{0,80}|(?:my|access|auth|api|some|the)?[-_]?(?:token|password|passwd|pass|pwd|secret|key)|user|username|null|none|undefined)$/i;

const JWT =
  /(?<![A-Za-z0-9_]|[A-Za-z0-9_-]-)eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{10,16384}\.[A-Za-z0-9_-]{4,4096}(?:\.[A-Za-z0-9_-]{4,4096}){0,2}/;
/** Of a token whose signature was taken off, a header and the claims are left. */
const JWT_UNSIGNED =
  /(?<![A-Za-z0-9_]|[A-Za-z0-9_-]-)eyJ[A-Za-z0-9_-]{15,4096}\.eyJ[A-Za-z0-9_-]{15,16384}\.?(?![A-Za-z0-9_-])/;
/** `{"alg"`, `{"typ"`, `{"kid"` and the like in base64 twice. */
const JWT_ENCODED = /(?<![A-Za-z0-9+/])ZXlK[A-Za-z0-9+/]{60,8192}={0,2}/;

const SCHEMES = 'bearer|token|api-?token|api-?key|ssws|oauth|jwt|digest|negotiate|splunk|genie-?key|key';
const AUTHORIZATION = new RegExp(
  String.raw`authorization\\{0,4}["'\x60]?\]?[ \t]{0,4}(?::|=>|=|,)[ \t]{0,4}\\{0,4}["'\x60]?(?:(?:${SCHEMES})(?:[ \t]|%20|\+){1,4}["'\\]{0,4})?([A-Za-z0-9._~+/@=-]{8,4096})(?![A-Za-z0-9(])`,
  'i',
);
const BEARER =
  /bearer(?:[ \t]|%20|\+){1,4}["'\\]{0,4}((?=[A-Za-z0-9._~+/-]{0,40}[0-9])[A-Za-z0-9._~+/-]{16,4096}={0,2})/i;

/** A header's value is no word of a sentence and no name of a variable. */
function isHeaderValue(secret: string): boolean {
  if (STAND_IN.test(secret) || !isNoSample(secret) || entropyOf(secret) < 2.75) return false;
  if (isCaseNoise(secret)) return true;
  if (/^(?:bearer|basic|token|digest)$/i.test(secret) || /^[A-Za-z_]+(?:[._-][A-Za-z_]+)*$/.test(secret))
    return false;
  return /[0-9]/.test(secret);
}

const BASIC =
  /(?<![A-Za-z])basic[ \t]{1,4}((?=[a-z0-9+/]{0,40}[A-Z0-9])[A-Za-z0-9+/]{8,1024}={0,2})(?![A-Za-z0-9+/=])/i;

/** Base64 of `name:password`, as the Basic scheme has it. */
export function isBasicPair(secret: string): boolean {
  const decoded = Buffer.from(secret, 'base64').toString('latin1');
  return /^[\x20-\x7e]{0,300}:[\x20-\x7e]{0,700}$/.test(decoded);
}

/** Cookies by which a person stays logged in. */
const SESSION_COOKIE =
  /(?:connect\.sid|phpsessid|jsessionid|(?:laravel_|rack\.)session|session(?:_?id|-token)?|_session|remember_token|\.aspxauth|auth_token)=([A-Za-z0-9%._~+/-]{16,2048}={0,2})/i;
const COOKIES =
  'connect.sid= phpsessid= jsessionid= session= sessionid= session_id= session-token= remember_token= .aspxauth=';

/** Neither a UUID nor a hash nor words: ids of sessions of programs look like these. */
function isCookieValue(value: string): boolean {
  return isRandomText(value) && !/^[0-9a-f-]{16,64}$/i.test(value) && /[A-Z]/.test(value);
}

/** `-u name:password`, quoted or not. */
const USER =
  /[ \t](?:-u|--user|--proxy-user)(?:=|[ \t]{0,5})(\\{0,4}["'])?([^ \t\r\n"'\\:/$<{]{0,80}:[^ \t\r\n"'\\$<{]{3,200})/dy;

/** Farthest between the program and its option. */
const REACH = 400;

function matchCurlUser(text: string, at: number): Span | null {
  USER.lastIndex = at;
  const span = USER.exec(text)?.indices?.[2];
  if (span === undefined || !/\bcurl\b/.test(text.slice(Math.max(0, at - REACH), at))) return null;
  const password = text.slice(text.indexOf(':', span[0]) + 1, span[1]);
  return STAND_IN.test(password) ? null : { start: span[0], end: span[1] };
}

export const HEADER_RULES: readonly Rule[] = [
  shape('jwt', 'jwt', ['eyj'], JWT, { certain: true }),
  shape('jwt-unsigned', 'jwt', ['eyj'], JWT_UNSIGNED, { certain: true }),
  shape('jwt-base64', 'jwt', ['zxlk'], JWT_ENCODED, {
    certain: true,
    accept: (secret) =>
      /^eyJ[A-Za-z0-9_-]{10,8000}\.eyJ/.test(Buffer.from(secret, 'base64').toString('latin1')),
  }),
  shape('authorization', 'auth_header', ['authorization'], AUTHORIZATION, { accept: isHeaderValue }),
  shape('authorization-token', 'auth_header', ['bearer'], BEARER, { accept: isHeaderValue }),
  shape('session-cookie', 'secret', COOKIES.split(' '), SESSION_COOKIE, { accept: isCookieValue }),
  shape('authorization-basic', 'auth_header', ['basic '], BASIC, { accept: isBasicPair }),
  {
    name: 'curl-user',
    kind: 'auth_header',
    anchors: [' -u', ' --user', ' --proxy-user'],
    certain: false,
    pattern: USER,
    match: matchCurlUser,
  },
];
