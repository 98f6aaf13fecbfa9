/** Personal data: mail addresses, phone numbers, addresses of machines, cards and national ids. */
import { ANY_DIGIT as D } from '../literal-scanner.ts';
import { isCardNumber, isChineseId, isCpf, isIban, isSocialSecurityNumber } from './checksums.ts';
import { type Rule, shape } from './rule.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const AT_WORD = [...LETTERS, D].flatMap((a) => [...LETTERS, D, '-'].map((b) => `@${a}${b}`));

const EMAIL =
  /(?<=(?<![A-Za-z0-9._%+\x80-\xff]|[^\r\n]-)(?<from>[A-Za-z0-9_\x80-\xff][A-Za-z0-9._%+\x80-\xff-]{0,63}))@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9-]|\.[A-Za-z0-9]|\()/;

/** Addresses of nobody: examples, machines, logins of code hosts. */
const NO_MAIL =
  /^(?:git|hg|svn|noreply|no-reply|donotreply)@|@(?:[a-z0-9.-]{1,60}\.)?(?:example|test|invalid|localhost|local)(?:\.[a-z]{2,3})?$|@(?:test|domain|company|email|host|foo|bar|yourdomain|mydomain)\.(?:com|org|net)$|noreply|^your[-_.]|@your[-_.]|\.(?:png|jpe?g|gif|svg|webp|js|ts|tsx|jsx|mjs|cjs|css|scss|json|md|py|rs|go|rb|sh|html|vue|lock|yml|yaml|toml|git|app|service|socket|timer|target|mount)$/i;

const IPV4 =
  /(?<=(?<![A-Za-z0-9._]|[^\r\n]-)(?<from>[0-9]{0,2}))[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9A-Za-z_-]|\.[0-9])/;

/** Loopback, private, documentation, multicast, and public resolvers tell nothing; small numbers are versions. */
function isTellingIp(text: string): boolean {
  const octets = text.split('.').map(Number);
  const [a, b, c, d] = octets as [number, number, number, number];
  if (octets.some((octet) => octet > 255) || a === 0 || a >= 224 || a === 10 || a === 127) return false;
  if ((a === 192 && (b === 168 || b === 0)) || (a === 172 && b >= 16 && b < 32) || (a === 169 && b === 254))
    return false;
  if (
    (a === 198 && (b === 51 || b === 18 || b === 19)) ||
    (a === 203 && b === 0) ||
    (a === 100 && b >= 64 && b < 128)
  )
    return false;
  if (/^(?:8\.8\.[48]\.[48]|1\.[01]\.[01]\.1|9\.9\.9\.9|1\.2\.3\.4|208\.67\.22[02]\.22[02])$/.test(text))
    return false;
  return a > 20 && (c > 9 || d > 9 || b > 9);
}

const IPV6 =
  /(?<![A-Za-z0-9:.])(?:[23][0-9a-f]{3}|fd[0-9a-f]{2}):(?:[0-9a-f]{1,4}:){1,6}(?::?[0-9a-f]{1,4})(?::[0-9a-f]{1,4}){0,5}(?![A-Za-z0-9:])/i;

function isTellingIpv6(text: string): boolean {
  const groups = text.split(':');
  const isWhole = groups.length === 8 || text.includes('::');
  return isWhole && !/^2001:0?db8/i.test(text) && text.length >= 12;
}

/** `+49 30 1234567`: with its country, and parted as people write it. */
const PHONE =
  /(?<![A-Za-z0-9+.])\+[1-9][0-9]{0,2}[ .-]?(?:\([0-9]{1,4}\)|[0-9]{1,4})(?:[ .-][0-9]{2,8}){1,4}(?![0-9A-Za-z.-])/;
/** `(212) 555-0199`, `212-555-0199`. */
const PHONE_US =
  /(?<![A-Za-z0-9.+]|[^\r\n]-|\+1 )(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}-)[2-9][0-9]{2}-[0-9]{4}(?![0-9A-Za-z-])/;
/** A number that is said to be one. */
const PHONE_NAMED =
  /(?:phone|mobile|tel|whatsapp)[a-z_]{0,10}["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(\+?[0-9][0-9 ().-]{7,18}[0-9])(?![0-9A-Za-z.-])/i;

function isPhone(text: string): boolean {
  const digits = text.replace(/[^0-9]/g, '');
  return digits.length >= 9 && digits.length <= 15 && !/^1?[0-9]{3}555|(.)\1{6}|1234567/.test(digits);
}

const CARD =
  /(?<![A-Za-z0-9._+]|[^\r\n]-)[2-6][0-9]{3}(?:[ -]?[0-9]{4,6}){2}(?:[ -]?[0-9]{1,7})?(?![0-9A-Za-z_-]|\.[0-9])/;
const SSN = /(?<![A-Za-z0-9._]|[^\r\n]-)[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z._-])/;
const CPF = /(?<![A-Za-z0-9._]|[^\r\n]-)[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9A-Za-z-])/;
const CHINESE =
  /(?<![A-Za-z0-9._]|[^\r\n]-)[1-8][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx](?![A-Za-z0-9])/;
const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/;
/** Britain's and Spain's, when they are said to be ones. */
const NAMED_ID =
  /(?:nino|national insurance|n\.?i\.? number|dni|nie|nif|ssn|social security|passport|tax[ _]?id)[a-z_ ]{0,12}["']?[ \t]{0,3}[:=#][ \t]{0,3}["']?([A-Z]{0,3}[ -]?[0-9][0-9 -]{4,12}[0-9][ -]?[A-Z]?)(?![0-9A-Za-z])/i;

const IBAN_ANCHORS =
  'ad ae al at az ba be bg br ch cr cy cz de dk do ee es fi fo fr gb ge gi gr hr hu ie il is it kw kz lb li lt lu lv mc md me mk mt nl no pk pl pt qa ro rs sa se si sk sm tn tr ua xk'
    .split(' ')
    .map((country) => `${country}${D}${D}`);

const anyMail = shape('email', 'email', AT_WORD, EMAIL, { accept: (text) => !NO_MAIL.test(text) });

/** Farthest that the user of a URL may be from its scheme. */
const REACH = 100;

/** A mail address, but not the user, password and host of a URL. */
const EMAIL_RULE: Rule = {
  ...anyMail,
  match: (text, at) => {
    const span = anyMail.match(text, at);
    if (span === null) return null;
    const before = text.slice(Math.max(0, span.start - REACH), span.start);
    return /:\/\/[^\s"'<>/?]{0,100}$/.test(before) ? null : span;
  },
};

export const PERSONAL_RULES: readonly Rule[] = [
  shape('card-number', 'card', [`${D}${D}${D}${D}`], CARD, { accept: isCardNumber }),
  shape('social-security-number', 'national_id', [`${D}${D}${D}-${D}${D}-`], SSN, {
    accept: isSocialSecurityNumber,
  }),
  shape('cpf-number', 'national_id', [`${D}${D}${D}.${D}${D}${D}.`], CPF, { accept: isCpf }),
  shape('chinese-id', 'national_id', [`${D}${D}${D}${D}${D}${D}`], CHINESE, { accept: isChineseId }),
  shape('iban', 'account', IBAN_ANCHORS, IBAN, { accept: isIban }),
  shape(
    'named-id',
    'national_id',
    ['nino', 'national insurance', 'dni', 'nie', 'nif', 'ssn', 'social security', 'passport', 'tax'],
    NAMED_ID,
  ),
  shape('phone-number', 'phone', [`+${D}${D}`, `+${D} `, `+${D}-`, `+${D}(`, `+${D}.`], PHONE, {
    accept: isPhone,
  }),
  shape('phone-number-us', 'phone', [`(${D}${D}${D})`, `${D}${D}${D}-${D}${D}${D}-`], PHONE_US, {
    accept: isPhone,
  }),
  shape('phone-named', 'phone', ['phone', 'mobile', 'tel', 'whatsapp'], PHONE_NAMED, { accept: isPhone }),
  shape('ipv4-address', 'ip_address', [`${D}.${D}`], IPV4, { accept: isTellingIp }),
  shape(
    'ipv6-address',
    'ip_address',
    ['200#:', '240#:', '26##:', '28##:', '2a0#:', '2a1#:', '2c0#:'].map((a) => a.replaceAll('#', D)),
    IPV6,
    {
      accept: isTellingIpv6,
    },
  ),
  EMAIL_RULE,
];
