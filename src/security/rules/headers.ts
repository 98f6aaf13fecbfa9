/** Credentials by their place in a protocol: JWTs, authorization headers, URLs with a password. */
import { type Rule, shape } from './rule.ts';

/** Names and templates that stand where a credential would. */
const STAND_IN =
  /^(?:<.{0,80}|\$.{0,80}|%.{0,80}|\{.{0,80}|\*{1,80}|\.{3}|x{3,80}|your.{0,80}|(?:my)?(?:token|password|passwd|pass|pwd|secret)|user|username|null|none|undefined)$/i;

const JWT =
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{10,16384}\.[A-Za-z0-9_-]{4,4096}(?:\.[A-Za-z0-9_-]{4,4096}){0,2}/;

const AUTHORIZATION =
  /(?:bearer|token)(?:[ \t]|%20|\+){1,4}["'\\]{0,4}((?=[A-Za-z0-9._~+/-]{0,40}[0-9])[A-Za-z0-9._~+/-]{16,4096}={0,2})/i;

const BASIC =
  /(?<![A-Za-z])basic[ \t]{1,4}((?=[a-z0-9+/]{0,40}[A-Z0-9])[A-Za-z0-9+/]{8,1024}={0,2})(?![A-Za-z0-9+/=])/i;

/** Base64 of `name:password`, as the Basic scheme has it. */
function isBasicPair(secret: string): boolean {
  const decoded = Buffer.from(secret, 'base64').toString('latin1');
  return /^[\x20-\x7e]{1,300}:[\x20-\x7e]{1,700}$/.test(decoded);
}

const URL_PASSWORD =
  /:\/\/[^ \t\r\n/?#@:"'\\<>`{}[\]]{0,128}:([^ \t\r\n/?#@"'\\<>`[\]]{3,256})@(?=[A-Za-z0-9[{$%_-])/;

const URL_TOKEN_USER = /:\/\/([A-Za-z0-9_-]{24,256})@(?=[A-Za-z0-9])/;

export const HEADER_RULES: readonly Rule[] = [
  shape('jwt', 'jwt', ['eyj'], JWT, { certain: true }),
  shape('authorization-token', 'auth_header', ['bearer', 'authorization: token'], AUTHORIZATION, {
    accept: (secret) => !STAND_IN.test(secret),
  }),
  shape('authorization-basic', 'auth_header', ['basic '], BASIC, { accept: isBasicPair }),
  shape('url-password', 'password', ['://'], URL_PASSWORD, { accept: (secret) => !STAND_IN.test(secret) }),
  shape('url-token', 'access_token', ['://'], URL_TOKEN_USER, { accept: (secret) => /[0-9]/.test(secret) }),
];
