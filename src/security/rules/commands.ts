/** Secrets on command lines and in the files that programs log in with: options, `.netrc`, `config.json` of docker. */
import { isBasicPair } from './headers.ts';
import { isRandomText } from './random.ts';
import { entropyOf, isNoSample, type Rule, shape } from './rule.ts';

/** A template, a variable, a file, another option, or the word itself in the place of a value. */
const STAND_IN =
  /^(?:[-$%<{(@/~.]|x{3}|\*{3}|(?:your|my|the|some|new|old|test)?[-_]?(?:password|passwd|pass|pwd|secret|token|key|stdin)$)/i;
/** An argument: up to a space, or what the quotes hold. */
const ARGUMENT = String.raw`\\{0,4}["'\x60]?([^ \t\r\n"'\\\x60;|&)]{4,256})`;

/** Between two words: space, or the end of a line with what a diff or a listing puts before the next. */
const BETWEEN = String.raw`(?:[ \t]{1,8}|[^A-Za-z0-9"'\\]{1,24}(?:[0-9]{1,6}[^A-Za-z0-9]{1,12})?)`;
const WORD = String.raw`[^ \t\r\n]{1,200}`;

/** What stands behind an option of a password, whatever the program. */
function isPassword(text: string): boolean {
  return !STAND_IN.test(text) && !/^[A-Z_]{3,80}$/.test(text) && isNoSample(text) && entropyOf(text) >= 2;
}

/** One that no word is: behind options that other programs have as well. */
function isNoWord(text: string): boolean {
  return isPassword(text) && text.length >= 6 && /[^A-Za-z._:/-]/.test(text);
}

const PRIVATE_HEX = /^(?:0x)?[0-9a-f]{64}$/i;

/** A key as an argument: drawn at random, or the number that is one. */
function isKey(text: string): boolean {
  return isNoWord(text) && (PRIVATE_HEX.test(text) || isRandomText(text));
}

const LOGIN = String.raw`login(?:[ \t]{1,4}[^ \t\r\n;|&]{1,120}){0,6}?[ \t]{1,4}(?:-p|--password)(?:=|[ \t]{1,4})${ARGUMENT}`;

const command = (name: string, anchors: string[], pattern: RegExp, accept: (text: string) => boolean): Rule =>
  shape(name, 'password', anchors, pattern, { accept });

/** A key told by the words around it. Those of wallets are plain numbers: elsewhere such a number is a hash. */
const wallet = (name: string, anchors: string[], pattern: RegExp): Rule =>
  shape(name, 'private_key', anchors, pattern, { accept: (text) => entropyOf(text) >= 3 });

/** Keys that a development chain lists: `(0) 0x...`, one below the other. */
const LISTED_KEYS =
  /private keys?\b[^0-9A-Za-z]{0,60}(?:[0-9]{1,6}[^0-9A-Za-z]{1,20}){0,4}((?:0x)?[0-9a-f]{64}(?![0-9a-f])(?:[^0-9A-Za-z]{1,20}(?:[0-9]{1,6}[^0-9A-Za-z]{1,20}){1,2}(?:0x)?[0-9a-f]{64}(?![0-9a-f])){0,20})/i;

/** Words of a seed: lower case, as the lists have them. */
const SEED =
  /(?:mnemonic|seed phrase|recovery phrase)[^A-Za-z0-9]{1,12}((?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![a-z])/i;
/** Of a sentence, some words are on no list. */
const SENTENCE = /\b(?:the|and|for|with|are|was|has|you|your|not|from|must|have|were)\b/;

export const COMMAND_RULES: readonly Rule[] = [
  command(
    'sshpass',
    ['sshpass'],
    new RegExp(String.raw`sshpass[ \t]{1,4}-p[ \t]{0,4}${ARGUMENT}`),
    isPassword,
  ),
  command('login-password', ['login '], new RegExp(LOGIN), isPassword),
  command(
    'redis-password',
    ['redis-cli'],
    new RegExp(
      String.raw`redis-cli(?:[ \t]{1,4}[^ \t\r\n;|&]{1,80}){0,6}?[ \t]{1,4}(?:-a|--pass)[ \t]{1,4}${ARGUMENT}`,
    ),
    isPassword,
  ),
  command(
    'mysql-password',
    ['mysql', 'mariadb'],
    new RegExp(
      String.raw`(?:mysql|mariadb)[a-z-]{0,12}(?:[ \t]{1,4}[^ \t\r\n;|&]{1,80}){0,6}?[ \t]{1,4}-p${ARGUMENT}`,
    ),
    isNoWord,
  ),
  command(
    'mongo-password',
    ['mongo'],
    new RegExp(
      String.raw`mongo[a-z]{0,8}(?:[ \t]{1,4}[^ \t\r\n;|&]{1,80}){0,6}?[ \t]{1,4}-p[ \t]{1,4}${ARGUMENT}`,
    ),
    isNoWord,
  ),
  command(
    'key-passphrase',
    ['ssh-keygen', 'keytool'],
    new RegExp(
      String.raw`(?:ssh-keygen|keytool)(?:[ \t]{1,4}[^ \t\r\n;|&]{1,80}){0,12}?[ \t]{1,4}-(?:N|P|storepass|keypass)[ \t]{1,4}${ARGUMENT}`,
    ),
    isPassword,
  ),
  command(
    'openssl-password',
    ['openssl'],
    new RegExp(
      String.raw`openssl(?:[ \t]{1,4}[^ \t\r\n;|&]{1,80}){0,12}?[ \t]{1,4}(?:-k[ \t]{1,4}|-pass(?:in|out)?[ \t]{1,4}pass:)${ARGUMENT}`,
    ),
    isPassword,
  ),
  command(
    'netrc-password',
    ['machine'],
    new RegExp(
      String.raw`machine${BETWEEN}${WORD}${BETWEEN}login${BETWEEN}${WORD}${BETWEEN}password[ \t]{1,8}([^ \t\r\n"'\\]{4,256})`,
    ),
    isPassword,
  ),
  command(
    'password-option',
    ['--password', '--passwd', '--pass ', '--passphrase', '--pwd'],
    new RegExp(String.raw`--pass(?:word|wd|phrase)?(?:=|[ \t]{1,4})${ARGUMENT}`),
    isNoWord,
  ),
  shape(
    'key-option',
    'api_key',
    ['--token', '--auth-token', '--access-token', '--api-key', '--apikey', '--secret', '--client-secret'],
    new RegExp(String.raw`--[a-z-]{5,24}(?:=|[ \t]{1,4})${ARGUMENT}`),
    { accept: isKey },
  ),
  shape(
    'docker-auth',
    'auth_header',
    ['auth"', "auth'", 'auth:'],
    /auth["']?[ \t]{0,4}:[ \t]{0,4}["']?([A-Za-z0-9+/]{12,1024}={0,2})(?![A-Za-z0-9+/=])/,
    { accept: isBasicPair },
  ),
  wallet('listed-private-keys', ['private key'], LISTED_KEYS),
  wallet(
    'wallet-key',
    [
      'wallet(',
      'privatekeytoaccount(',
      'fromprivatekey(',
      'from_key(',
      'privatekeytoaddress(',
      '--private-key',
    ],
    /[a-z_-]{6,24}(?:\([ \t]{0,4}|=|[ \t]{1,4})\\{0,4}["'\x60]?((?:0x)?[0-9a-f]{64})(?![0-9a-f])/i,
  ),
  shape('seed-phrase', 'private_key', ['mnemonic', 'seed phrase', 'recovery phrase'], SEED, {
    accept: (text) => !SENTENCE.test(text) && new Set(text.split(' ')).size >= 10,
  }),
];
