/**
 * `password = "..."`, `API_TOKEN=...`, `{"clientSecret": "..."}`: a secret named by what it is assigned to.
 * The name alone proves nothing (programs are full of `token = nextToken()`), so the value must look drawn
 * at random, or be a quoted password.
 */
import type { Finding } from '../contract.ts';
import type { Span } from '../placeholder.ts';
import { type Assigned, assignedAt, namedValueAt, spacedValueAt } from './assigned.ts';
import { isBasicPair } from './headers.ts';
import { isCaseNoise, isRandomText } from './random.ts';
import { entropyOf, type Rule, shape } from './rule.ts';

/** Names of passwords; the other names are of keys and tokens, which are longer and more random. */
const PASSWORD_WORDS = [
  'password',
  'passwd',
  'passphrase',
  'passcode',
  '_pwd',
  '_pass',
  'pwd',
  'pass=',
  'pass:',
  'passwort',
  'kennwort',
  'wachtwoord',
  'contrase',
  'mot_de_passe',
  'senha',
];
const KEY_WORDS = [
  'secret',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'access_key',
  'accesskey',
  'access-key',
];
/** What is in front of `key` where a key is meant that opens something, and none of a table, list or keyboard. */
const KEYS_OF =
  'auth private encryption decryption signing master deploy license service_account subscription storage webhook';
const MORE_KEY_WORDS = KEYS_OF.split(' ').flatMap((of) => ['_', '-', ''].map((sign) => `${of}${sign}key`));
const CREDENTIAL_WORDS = ['credential', 'client_id_secret', 'account_key', 'accountkey', 'app_key'];

/**
 * Names around the word that are of something else: a public key, the id, name or place of a secret; or of a
 * secret whose form is known and is looked for by its own rule.
 */
const OF_NO_SECRET =
  /aws_?secret_?(?:access_?)?key$|^(?:.{0,40}[._-])?(?:public|pub|foreign|primary|partition)[_-]?(?:key|token)|tokeni[sz]|(?:[._-](?:id|ids|name|ref|hash|uri|url|type|count|path|file|length|size|index|field|label|version|format|expir(?:y|es)|ttl|status|prefix|pattern|provider|limit|usage|policy|arn))$/i;
const OF_NO_SECRET_CAMEL =
  /[a-z](?:Id|Ids|Name|Ref|Hash|Uri|Url|Type|Count|Path|File|Length|Size|Index|Field|Label|Version|Format|Expiry|Expires|Ttl|Status|Prefix|Pattern|Provider|Limit|Usage|Policy|Arn)$/;
const NAME_BEFORE = /[A-Za-z0-9_.-]{0,40}$/;
const NAME_AFTER = /^[A-Za-z0-9_.-]{0,48}/;

/** True when the name around `at` is of something that need not be kept. */
export function isOfNoSecret(text: string, at: number): boolean {
  const before = NAME_BEFORE.exec(text.slice(Math.max(0, at - 40), at))![0];
  const name = before + NAME_AFTER.exec(text.slice(at, at + 48))![0];
  return OF_NO_SECRET.test(name) || OF_NO_SECRET_CAMEL.test(name);
}

/** A key is one word of any signs but those that part a pair or a tag. */
const KEY_SIGNS = /^(?:base64:)?[^:<> \t]+$/;
const QUOTED = /[^"'`\r\n\\]{6,512}/y;
const BARE = /[^ \t\r\n"'`,;\\<>(){}[\]|&]{8,512}/y;

/** What stands for a value without being one. */
const STAND_IN =
  /^(?:\$|%|<|\{|@|process\.|os\.|env\.|env\[|config\.|self\.|this\.|settings\.|Optional\[|!(?:vault|secret|env)\b|op:|vault:|https?:|file:|\/|\.\/|~\/|true$|false$|null$|none$)|example|placeholder|redacted|changeme|change[-_]me|your[-_]|dummy|\$\{|\{\{|x{6}|\*{3}|#{4}|\.{3}|1234567890|[(]/i;
/** What the manuals of Kubernetes and of cloud providers print. */
const PRINTED = new Set(['MWYyZDFlMmU2N2Rm', 'UyFCXCpkJHpEc2I9', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY']);

/** True when `value`, assigned to a name that promises a secret, looks like one. */
function isSecretValue(value: string, isPassword: boolean, isQuoted: boolean): boolean {
  if (STAND_IN.test(value) || PRINTED.has(value)) return false;
  if (isPassword && isQuoted) return isPasswordValue(value);
  if (!isPassword && !KEY_SIGNS.test(value)) return false;
  return value.length >= (isPassword ? 8 : 10) && isRandomText(value);
}

/** A quoted password may be short, but is no single word and no sentence. */
function isPasswordValue(value: string): boolean {
  if (isCaseNoise(value)) return true;
  return !/^[A-Za-z_ .:-]{1,512}$/.test(value) && !/ .{1,80} /.test(value) && entropyOf(value) >= 2;
}

function matchAssignment(text: string, at: number, isPassword: boolean): Span | null {
  const found = assignedSpan(text, at, isPassword);
  return found === null || isOfNoSecret(text, at) ? null : found;
}

function assignedSpan(text: string, at: number, isPassword: boolean): Span | null {
  const assigned = assignedAt(text, at);
  const span = assigned && valueAt(text, assigned, isPassword, isPassword && isVariable(text, at, assigned));
  if (span !== null) return span;
  const named = namedValueAt(text, at);
  const told = named && valueAt(text, named, isPassword, false);
  if (told !== null) return told;
  const spaced = spacedValueAt(text, at);
  return spaced && valueAt(text, spaced, isPassword, false);
}

/** The secret at `start`; one of a variable may be as short and plain as one in quotes. */
function valueAt(text: string, assigned: Assigned, isPassword: boolean, isOfVariable: boolean): Span | null {
  const { start, isQuoted } = assigned;
  const value = isQuoted ? QUOTED : BARE;
  value.lastIndex = start;
  const found = value.exec(text)?.[0];
  if (found === undefined) return null;
  const secret = isQuoted || isOfVariable ? found : trimmed(found);
  return isSecretValue(secret, isPassword, isQuoted || isOfVariable)
    ? { start, end: start + secret.length }
    : null;
}

/** True for `NAME=value` as shells and env files have it: the name in capitals, no space around the sign. */
function isVariable(text: string, at: number, { start, isQuoted }: Assigned): boolean {
  return !isQuoted && /^[A-Z_][A-Z0-9_]{1,40}=$/.test(text.slice(at, start));
}

/** Punctuation at the end belongs to the sentence around it. */
function trimmed(value: string): string {
  return value.replace(/[.:,;!?]{1,8}$/, '');
}

function assignment(name: string, anchors: readonly string[], isPassword: boolean): Rule {
  const match = (text: string, at: number): Span | null => matchAssignment(text, at, isPassword);
  return { name, kind: isPassword ? 'password' : 'api_key', anchors, certain: false, match };
}

/** Of an `.npmrc`: whatever stands there is the credential, unless it is a variable. */
const NPM_AUTH =
  /(?<![A-Za-z0-9])_(?:authToken|auth|password)=["']?((?!\$|<|%|\{|xxx)[^ \t\r\n"'\\$<{]{6,400})/;

export const ASSIGNMENT_RULES: readonly Rule[] = [
  shape('npm-auth', 'access_token', ['_authtoken=', '_auth=', '_password='], NPM_AUTH),
  assignment('password-assignment', PASSWORD_WORDS, true),
  assignment('key-assignment', [...KEY_WORDS, ...MORE_KEY_WORDS, ...CREDENTIAL_WORDS], false),
];

const PASSWORD_KEY = /(?:^|[._-]|[a-z](?=P))(?:password|passwd|passphrase|pwd)$/i;
const SECRET_KEY =
  /(?:secret|api[_-]?key|access[_-]?key|private[_-]?key|(?:auth|access|refresh|bearer|api)[_-]?token|^token)$/i;

const AUTH_KEY = /^_?auth$/i;

/** Object keys whose string values are searched as assigned values. */
export function isSecretKey(key: string): boolean {
  return key.length <= 64 && (PASSWORD_KEY.test(key) || SECRET_KEY.test(key) || AUTH_KEY.test(key));
}

/** Finding for the whole value of a JSON member with such a key, or null. */
export function detectByKey(text: string, key: string): Finding | null {
  if (!isSecretKey(key) || text.length < 6 || text.length > 512) return null;
  if (AUTH_KEY.test(key)) return isAuth(text) ? wholeOf(text, 'auth_header', 'auth-field') : null;
  const isPassword = PASSWORD_KEY.test(key);
  if (/[\r\n]/.test(text) || !isSecretValue(text, isPassword, true)) return null;
  return isPassword ? wholeOf(text, 'password', 'password-field') : wholeOf(text, 'api_key', 'key-field');
}

/** As docker keeps logins. */
function isAuth(text: string): boolean {
  return /^[A-Za-z0-9+/]{12,512}={0,2}$/.test(text) && isBasicPair(text);
}

function wholeOf({ length }: string, kind: Finding['kind'], rule: string): Finding {
  return { kind, rule, tool: 'regex', start: 0, end: length };
}
