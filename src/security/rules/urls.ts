/** URLs that carry a credential: in front of the host, as a user alone, or in the query. */
import type { Span } from '../placeholder.ts';
import { looksRandom, type Rule, shape } from './rule.ts';

/** `scheme://user:password@host`, and of a database all the rest: host, port, name and options tell where it works. */
const CREDENTIAL =
  /(?<=(?<scheme>(?<![a-z0-9])(?:jdbc:)?[a-z][a-z0-9]{1,20}(?:\+[a-z]{2,8})?)):\/\/(?<user>[^ \t\r\n/?#@:"'\\<>`{}[\]]{0,128}):(?<password>[^ \t\r\n/?#"'\\<>`[\]]{1,256})@(?<host>[a-z0-9[{$%_-][a-z0-9.\]:_%,-]{0,255})(?<rest>[/?][^ \t\r\n"'\\<>`)]{0,500})?/diy;

const WEB = /^(?:https?|ftps?|git|ssh|wss?|sftp)$/i;

/** Templates and repeated characters that stand where a password would. */
const TEMPLATE =
  /^(?:<.{0,80}|\$.{0,80}|%[A-Z_]{0,80}%|%s|.{0,40}\{.{0,80}|\*{1,80}|\.{3,80}|(.)\1{2,80}|(?:your|replace)[-_].{0,80}|(?:my|the|db)?[-_]?password)$/i;
/** Words that programs' own defaults and manuals use for a database. */
const DEFAULT =
  /^(?:passwd|pass|pwd|secret|token|user|username|null|none|undefined|root|admin|test|postgres|mysql|guest)$/i;
/** A token in the place of the user, behind which a fixed word stands. */
const FIXED = /^(?:x-oauth-basic|x)$/;

interface Credential {
  readonly head: Span;
  readonly password: Span;
  readonly tail: Span;
}

function credentialAt(text: string, at: number): Credential | null {
  CREDENTIAL.lastIndex = at;
  const { scheme, user, password, host, rest } = CREDENTIAL.exec(text)?.indices?.groups ?? {};
  if (!scheme || !user || !password || !host) return null;
  const isWeb = WEB.test(text.slice(...scheme));
  const isUser = FIXED.test(text.slice(...password));
  if (!isUser && !isPassword(text.slice(...password), text.slice(...user), isWeb)) return null;
  const [start, end] = isUser ? user : password;
  if (end - start < 4) return null;
  return {
    head: { start: scheme[0], end: start },
    password: { start, end },
    tail: { start: end, end: isWeb ? host[1] : (rest ?? host)[1] },
  };
}

function isPassword(text: string, user: string, isWeb: boolean): boolean {
  return !TEMPLATE.test(text) && (isWeb || !(DEFAULT.test(text) || text === user));
}

/** The parts stand alone, so that the password is known by itself and found where it comes back without a URL. */
function credentialRule(name: string, kind: Rule['kind'], part: keyof Credential): Rule {
  const match = (text: string, at: number): Span | null => credentialAt(text, at)?.[part] ?? null;
  return { name, kind, anchors: ['://'], certain: false, pattern: CREDENTIAL, match };
}

/** A token as the user: nothing else is as long. */
const TOKEN_USER = /:\/\/([A-Za-z0-9_-]{24,256})@(?=[A-Za-z0-9])/;

const QUERY_SECRET =
  /[?&]?(?:amp;)?[a-z_-]{3,40}=((?=[^&]{0,60}[0-9])[A-Za-z0-9_.~+/%=-]{12,2048}?)(?=[&#"'\\ \t\r\n<>`)\]};,]|$)/i;

/** Names of secret parameters behind `?` or `&`. */
const QUERY_NAMES = [
  'sig',
  'signature',
  'key',
  'code',
  'auth',
  'password',
  'sas',
  'x-amz-signature',
  'x-goog-signature',
];
const QUERY_ANCHORS = [
  ...QUERY_NAMES.flatMap((name) => [`?${name}=`, `&${name}=`, `&amp;${name}=`]),
  'x-amz-security-token=',
];

export const URL_RULES: readonly Rule[] = [
  credentialRule('url-password', 'password', 'password'),
  credentialRule('url-credential', 'url', 'head'),
  credentialRule('url-of-credential', 'url', 'tail'),
  shape('url-token', 'access_token', ['://'], TOKEN_USER, { accept: (secret) => /[0-9]/.test(secret) }),
  shape('url-query-secret', 'access_token', QUERY_ANCHORS, QUERY_SECRET, { accept: looksRandom }),
];
