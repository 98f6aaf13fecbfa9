/**
 * Synthetic secrets of each rule, put together here so that no scanner of a host takes them for real ones.
 * The random part is drawn from a fixed generator: the same on every run.
 */
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
export const ALNUM = UPPER + LOWER + DIGITS;
export const HEX = `${DIGITS}abcdef`;
const BASE64 = `${ALNUM}+/`;

/** Which set of samples is being drawn. */
let turn = 0;

/** `length` characters of `alphabet`, always the same for the same seed, with a digit at the third place. */
export function draw(length: number, alphabet: string = ALNUM, seed = 1): string {
  let state = Math.imul(seed + turn * 7919, 2_654_435_761) >>> 0;
  let out = '';
  while (out.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out += out.length === 2 && alphabet.includes('7') ? '7' : alphabet[(state >>> 8) % alphabet.length];
  }
  return out;
}

/** Letters alone, whose case changes often: where it seldom does, no rule tells noise from words (1 in 20 at this length). */
function drawLetters(length: number, seed = 1): string {
  const cases = [(letter: string) => letter.toUpperCase(), (letter: string) => letter.toLowerCase()];
  return [...draw(length, UPPER + LOWER, seed)].map((letter, i) => cases[i % 3]?.(letter) ?? letter).join('');
}

export interface Sample {
  readonly rule: string;
  readonly kind: string;
  readonly secret: string;
  /** A text that holds the secret once. */
  readonly text: string;
}

function bare(rule: string, kind: string, secret: string): Sample {
  return { rule, kind, secret, text: `the value is ${secret} here` };
}

function within(rule: string, kind: string, secret: string, text: (secret: string) => string): Sample {
  return { rule, kind, secret, text: text(secret) };
}

/** A PEM key of `lines` body lines of 64 characters and one of 20. */
export function pemKey(label = 'RSA', lines = 12, seed = 7): string {
  const name = `${label === '' ? '' : `${label} `}PRIVATE ${'KEY'}`;
  const body = Array.from({ length: lines }, (_, i) => draw(64, BASE64, seed + i));
  return [
    `-----${'BEGIN'} ${name}-----`,
    ...body,
    `${draw(19, BASE64, seed)}=`,
    `-----END ${name}-----`,
  ].join('\n');
}

function jwt(seed: number): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [
    part({ alg: 'HS256', typ: 'JWT' }),
    part({ sub: draw(12, DIGITS, seed) }),
    draw(43, ALNUM, seed),
  ].join('.');
}

function basicPair(): string {
  return Buffer.from(`deploy:${draw(18, ALNUM, 3)}`).toString('base64');
}

/** At least one sample for each rule of the `regex` tool. */
const drawShaped = (): readonly Sample[] => [
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((p, i) =>
    bare('github-token', 'access_token', `${p}_${draw(36, ALNUM, i)}`),
  ),
  bare('github-fine-grained', 'access_token', `github_${'pat'}_${draw(22)}_${draw(59)}`),
  bare('gitlab-token', 'access_token', `gl${'pat'}-${draw(20)}`),
  bare('gitlab-runner', 'access_token', `GR13${'48941'}${draw(20)}`),
  bare('bitbucket-app-password', 'access_token', `AT${'BB'}${draw(32)}`),
  bare('anthropic-key', 'api_key', `sk-${'ant'}-api03-${draw(93)}AA`),
  bare('openai-key', 'api_key', `sk-${'proj'}-${draw(120)}`),
  bare('sk-key', 'api_key', `sk-${draw(48)}`),
  bare('sk-key', 'api_key', `sk-${'or'}-v1-${draw(64, HEX)}`),
  bare('huggingface-token', 'access_token', `hf${'_'}${draw(34)}`),
  bare('groq-key', 'api_key', `gs${'k_'}${draw(52)}`),
  bare('xai-key', 'api_key', `xa${'i-'}${draw(80)}`),
  bare('perplexity-key', 'api_key', `pp${'lx-'}${draw(48)}`),
  bare('replicate-token', 'api_key', `r8${'_'}${draw(37)}`),
  bare('aws-access-key', 'access_key', `AK${'IA'}${draw(16, UPPER + DIGITS)}`),
  bare('aws-access-key', 'access_key', `AS${'IA'}${draw(16, UPPER + DIGITS)}`),
  within('aws-secret-key', 'access_key', draw(40, BASE64), (s) => `aws_secret_access_key = ${s}\n`),
  bare('google-api-key', 'api_key', `AI${'za'}${draw(35)}`),
  bare('google-client-secret', 'api_key', `GOC${'SPX'}-${draw(28)}`),
  bare('google-oauth-token', 'access_token', `ya${'29'}.${draw(60)}`),
  bare('digitalocean-token', 'access_token', `dop${'_v1_'}${draw(64, HEX)}`),
  within('azure-storage-key', 'access_key', `${draw(86, BASE64)}==`, (s) => `AccountName=a;AccountKey=${s};`),
  bare('azure-client-secret', 'api_key', `abc8${'Q~'}${draw(34)}`),
  bare('databricks-token', 'access_token', `da${'pi'}${draw(32, HEX)}`),
  bare('fly-token', 'access_token', `fm2${'_'}${draw(80)}`),
  bare('vercel-token', 'access_token', `vc${'p_'}${draw(40)}`),
  bare('heroku-key', 'api_key', `HR${'KU-'}${draw(60)}`),
  bare('supabase-token', 'access_token', `sb${'p_'}${draw(40, HEX)}`),
  bare('planetscale-token', 'access_token', `psc${'ale_tkn_'}${draw(43)}`),
  bare('slack-token', 'access_token', `xo${'xb'}-${draw(12, DIGITS)}-${draw(12, DIGITS, 2)}-${draw(24)}`),
  within(
    'slack-webhook',
    'webhook',
    `hooks.slack.com/services/T${draw(8)}/B${draw(8)}/${draw(24)}`,
    (s) => `post to ${s}`,
  ),
  within(
    'discord-webhook',
    'webhook',
    `discord.com/api/webhooks/${draw(18, DIGITS)}/${draw(68)}`,
    (s) => `post to ${s}`,
  ),
  bare('stripe-key', 'api_key', `sk_${'live'}_${draw(24)}`),
  bare('stripe-webhook-secret', 'webhook', `wh${'sec_'}${draw(32)}`),
  bare('npm-token', 'access_token', `np${'m_'}${draw(36)}`),
  bare('pypi-token', 'access_token', `py${'pi-Ag'}${draw(100)}`),
  bare('rubygems-key', 'api_key', `ruby${'gems_'}${draw(48, HEX)}`),
  bare('sendgrid-key', 'api_key', `S${'G.'}${draw(22)}.${draw(43)}`),
  bare('shopify-token', 'access_token', `shp${'at_'}${draw(32, HEX)}`),
  bare('vault-token', 'access_token', `hv${'s.'}${draw(90)}`),
  bare('doppler-token', 'access_token', `dp${'.pt.'}${draw(43)}`),
  bare('linear-key', 'api_key', `lin${'_api_'}${draw(40)}`),
  bare('notion-token', 'access_token', `nt${'n_'}${draw(11, DIGITS)}${draw(35)}`),
  bare('postman-key', 'api_key', `PM${'AK-'}${draw(24, HEX)}-${draw(34, HEX)}`),
  bare('pulumi-token', 'access_token', `pu${'l-'}${draw(40, HEX)}`),
  bare('grafana-token', 'access_token', `gl${'sa_'}${draw(32)}_${draw(8, HEX)}`),
  bare('newrelic-key', 'api_key', `NR${'AK-'}${draw(27, UPPER + DIGITS)}`),
  bare('figma-token', 'access_token', `fig${'d_'}${draw(40)}`),
  bare('telegram-bot-token', 'access_token', `123456789:${'AA'}${draw(33)}`),
  bare('twilio-key', 'api_key', `S${'K'}${draw(32, HEX)}`),
  bare('dockerhub-token', 'access_token', `dckr${'_pat_'}${draw(27)}`),
  bare('sentry-user-token', 'access_token', `sntr${'yu_'}${draw(64, HEX)}`),
  bare('age-secret-key', 'private_key', `AGE-${'SECRET-KEY-1'}${draw(58, UPPER + DIGITS)}`),
  bare('1password-token', 'access_token', `ops${'_eyJ'}${draw(260)}`),
  bare('atlassian-token', 'access_token', `ATA${'TT3'}${draw(180)}`),
  bare(
    'teams-webhook',
    'webhook',
    `acme.webhook.office.com/webhookb2/${draw(36)}@${draw(36)}/IncomingWebhook/${draw(32, HEX)}/${draw(36)}`,
  ),
  bare('zapier-webhook', 'webhook', `hooks.zapier.com/hooks/catch/${draw(7, DIGITS)}/${draw(7)}/`),
  within(
    'facebook-app-token',
    'access_token',
    `${draw(15, DIGITS)}|${draw(27)}`,
    (s) => `facebook_token = "${s}"`,
  ),
];

/** Secrets known by where they stand. */
const drawPlaced = (): readonly Sample[] => [
  bare('jwt', 'jwt', jwt(5)),
  bare('jwt-unsigned', 'jwt', jwt(6).split('.').slice(0, 2).join('.')),
  bare('jwt-base64', 'jwt', Buffer.from(jwt(7)).toString('base64')),
  within('authorization', 'auth_header', draw(40), (s) => `"Authorization": "Bearer ${s}"`),
  within('authorization', 'auth_header', draw(24), (s) => `curl -H 'authorization: ${s}' x`),
  within('curl-user', 'auth_header', `svc:${draw(14)}`, (s) => `curl -s -u ${s} https://acme.dev`),
  within('npm-auth', 'access_token', draw(24, HEX), (s) => `//npm.acme.dev/:_authToken=${s}\n`),
  within('authorization-token', 'auth_header', draw(40), (s) => `send bearer ${s} along`),
  within('authorization-basic', 'auth_header', basicPair(), (s) => `Authorization: Basic ${s}\n`),
  within('url-password', 'password', draw(14), (s) => `postgres://svc:${s}@db.acme.dev:5432/app`),
  within('url-query-secret', 'access_token', draw(40), (s) => `https://acme.dev/x?v=1&sig=${s}&n=2`),
  within('url-token', 'access_token', draw(30), (s) => `git clone https://${s}@git.acme.dev/x.git`),
  within('nuget-password', 'password', `hunter2${draw(9)}`, (s) => `<add key="Password" value="${s}" />`),
  within('password-assignment', 'password', `hunter2${draw(4)}`, (s) => `password = "${s}"`),
  within('password-assignment', 'password', draw(16), (s) => `DB_PASSWORD=${s}\n`),
  within('key-assignment', 'api_key', draw(32), (s) => `API_KEY=${s}\n`),
  within('key-assignment', 'api_key', draw(32), (s) => `clientSecret: '${s}',`),
  ...['RSA', 'OPENSSH', 'EC', '', 'ENCRYPTED'].map((label) =>
    bare('private-key', 'private_key', pemKey(label)),
  ),
  bare('private-key-base64', 'private_key', Buffer.from(`${pemKey('RSA', 3)}\n`).toString('base64')),
];

/** Secrets on command lines, in files of logins, told by words, or by a prefix that anybody may use. */
const drawTold = (): readonly Sample[] => [
  within(
    'bitwarden-token',
    'access_token',
    `0.${'d3f4bd38-bca1-4f4b-a2cb'}-${draw(12, HEX)}.${draw(30)}:${draw(22, BASE64)}==`,
    (s) => `BWS_ACCESS_TOKEN=${s}`,
  ),
  bare('named-prefix-key', 'api_key', `acme${'_oat_'}${draw(40)}`),
  within('sshpass', 'password', draw(12), (s) => `sshpass -p '${s}' ssh root@db`),
  within('login-password', 'password', draw(20), (s) => `docker login -u bot -p ${s} registry.acme.dev`),
  within('redis-password', 'password', draw(16), (s) => `redis-cli -h cache -a ${s} ping`),
  within('mysql-password', 'password', draw(12), (s) => `mysqldump -u root -p${s} shop`),
  within(
    'netrc-password',
    'password',
    draw(14),
    (s) => `machine git.acme.dev\n  login bot\n  password ${s}\n`,
  ),
  within('mongo-password', 'password', draw(14), (s) => `mongosh -u root -p ${s} admin`),
  within('key-passphrase', 'password', draw(12), (s) => `ssh-keygen -t ed25519 -N "${s}" -f key`),
  within('openssl-password', 'password', draw(16), (s) => `openssl enc -aes-256-cbc -k ${s} -in a`),
  within('session-cookie', 'secret', draw(32), (s) => `Cookie: lang=en; connect.sid=${s}; x=1`),
  within('json-web-key', 'private_key', draw(43), (s) => `{"kty":"EC","crv":"P-256","d":"${s}"}`),
  within('password-option', 'password', draw(10), (s) => `createuser --password ${s} bot`),
  within('authorization', 'auth_header', drawLetters(28, 4), (s) => `Authorization: Bearer ${s}`),
  within('key-option', 'api_key', draw(24), (s) => `deploy --token ${s} --prod`),
  within('docker-auth', 'auth_header', basicPair(), (s) => `{"auths":{"r.acme.dev":{"auth":"${s}"}}}`),
  within('listed-private-keys', 'private_key', `0x${draw(64, HEX)}`, (s) => `Private Keys\n====\n(0) ${s}\n`),
  within('wallet-key', 'private_key', `0x${draw(64, HEX)}`, (s) => `new ethers.Wallet("${s}", provider)`),
  within('password-assignment', 'password', `${draw(11)}!`, (s) => `DB_PASSWORD=${s}\n`),
  within('password-assignment', 'password', draw(12), (s) => `the password is "${s}", keep it`),
  within('key-assignment', 'api_key', draw(28), (s) => `  - name: API_TOKEN\n    value: ${s}\n`),
  within('key-assignment', 'api_key', draw(40, HEX), (s) => `os.environ["MASTER_KEY"] = "${s}"`),
  within('key-assignment', 'api_key', draw(20), (s) => `heroku config set DEPLOY_KEY ${s}`),
  within('key-assignment', 'api_key', draw(24), (s) => `| ACCESS_TOKEN | ${s} |`),
  within('key-assignment', 'api_key', draw(24), (s) => `let apiToken: String = "${s}"`),
  within('key-assignment', 'api_key', drawLetters(28), (s) => `"client_secret": "${s}"`),
];

/** Twelve words, of letters drawn at random. */
function seedPhrase(): string {
  return Array.from({ length: 12 }, (_, i) => draw(4 + (i % 4), LOWER, 60 + i)).join(' ');
}

const drawSamples = (): readonly Sample[] => [...drawShaped(), ...drawPlaced(), ...drawTold()];

export const SAMPLES: readonly Sample[] = drawSamples();

/** Samples of every rule with other secrets, the same for the same number. */
export function samplesOf(number: number): readonly Sample[] {
  turn = number;
  try {
    return drawSamples();
  } finally {
    turn = 0;
  }
}

/** What stands around a credential in a URL goes with it, but is no secret by itself. */
export const URL_PARTS: readonly Sample[] = [
  within('url-credential', 'url', 'amqps://svc:', (s) => `${s}${draw(14)}@mq.acme.dev/`),
  within('url-of-credential', 'url', '@mq.acme.dev/vhost', (s) => `amqps://svc:${draw(14)}${s} x`),
];

/** Found as a whole only: lines of a manifest that go together, names and all, and what is made of words. */
export const MANIFESTS: readonly Sample[] = [
  within(
    'kubernetes-secret',
    'secret',
    `  key: ${draw(24)}==\n  other: ${draw(16)}\n`,
    (s) => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n${s}---\n`,
  ),
  within(
    'putty-key',
    'private_key',
    `Private-Lines: 2\n${draw(64, BASE64, 31)}\n${draw(40, BASE64, 32)}`,
    (s) => `PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\n${s}\nPrivate-MAC: 0\n`,
  ),
  within('seed-phrase', 'private_key', seedPhrase(), (s) => `MNEMONIC="${s}"`),
  within('password-assignment', 'password', 'correctHorse77!', (s) => `DB_PASSWORD=${s}\n`),
  within('kubernetes-secret', 'secret', `"key":"${draw(24)}=="}`, (s) => `{"data":{${s},"kind":"Secret"}`),
];

/** Texts that look near a secret and hold none. */
export const NEAR_MISSES: readonly string[] = [
  `gh${'p'}_short`,
  `glpat-${'example'.repeat(3)}`,
  `risk-assessment-of-the-whole-system-and-more`,
  `class="sk-fading-circle-of-many-small-dots"`,
  `sk-${'your-api-key-here-please-replace-it'}`,
  `AK${'IA'}IOSFODNN7${'EXAMPLE'}`,
  'XAKIA0123456789ABCDEFG',
  'eyJhbGciOi.short',
  `-----BEGIN ${'PRIVATE'} KEY-----`,
  `grep -r "BEGIN RSA ${'PRIVATE'} KEY" .`,
  `-----BEGIN PUBLIC KEY-----\n${draw(64)}\n-----END PUBLIC KEY-----`,
  'Authorization: Bearer $' + '{TOKEN}',
  'Authorization: Bearer YOUR_TOKEN_GOES_HERE',
  'a basic understanding of the matter',
  'postgres://user:password@localhost/db',
  'https://example.com/a:b/c@d',
  'https://user@example.com/',
  'password = os.environ["PASSWORD"]',
  'password: string;',
  'const token = await nextToken(stream);',
  'apiKey: process.env.OPENAI_API_KEY_2,',
  'token_count: 1234567890123',
  'publicKeyToken="b77a5c561934e089"',
  'secretName: my-app-x7f9q2k4d8',
  'tokenId = "a8f5f167f44f4964e6c998"',
  'kind: Secret\ndata:\n  username: YWRtaW4=\n  password: MWYyZDFlMmU2N2Rm\n',
  'kind: ConfigMap\ndata:\n  mode: c29tZXRoaW5nbG9uZw==\n',
  'secret = "$' + '{vault.read.secret1}"',
  'passwordField = "confirm_password"',
  'the token is: understandable',
  'the password is "required" and the secret was "rotated"',
  '"tokenizer": "cl100k_base"',
  'docker login --username bot --password-stdin < token.txt',
  'docker login -u bot -p $REGISTRY_PASSWORD',
  'mysql -u root -p shop',
  'deploy --token "$DEPLOY_TOKEN_2" --prod',
  'const password_key_3 = user_prod_settings_of_the_first_page',
  `transactionHash: "0x${draw(64, HEX)}"`,
  'cache_key: "0f1e2d3c4b5a69788796a5b4c3d2e1f000112233"',
  'auth_token = "test-token-123" and set TOKEN_TTL 3600',
  'const keyboardKey = "ArrowDown2"; | token | type |',
  '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}',
  'the machine it runs on; login page; password reset',
  '"input_tokens": 12, "cache_read_input_tokens": 34567',
];
