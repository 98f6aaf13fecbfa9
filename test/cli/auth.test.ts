/** `git ot auth` against a hub of our own: where a token is looked for and kept, and that it is never shown. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draw } from '../security/samples.ts';
import {
  type Machine,
  newMachine,
  type Outcome,
  recordedIo,
  runBinary,
  runInProcess,
} from '../support/cli.ts';
import { type FakeHub, fakeHub } from '../support/hub.ts';

const TOKEN = `h${'f_'}${draw(34, undefined, 5)}`;
const OTHER = `h${'f_'}${draw(34, undefined, 6)}`;

let hub: FakeHub;
let machine: Machine;
let file: string;
const outcomes: Outcome[] = [];

beforeEach(async () => {
  hub = await fakeHub(TOKEN);
  machine = newMachine({ HF_ENDPOINT: hub.endpoint });
  file = join(machine.home, '.cache', 'huggingface', 'token');
});

/** Whatever was printed in any of the tests, no token was. */
afterEach(async () => {
  await hub.close();
  for (const { stdout, stderr } of outcomes.splice(0)) {
    for (const token of [TOKEN, OTHER]) expect(stdout + stderr).not.toContain(token.slice(3, 11));
  }
});

interface Call {
  readonly input?: string;
  readonly answers?: readonly string[];
  readonly env?: Record<string, string>;
}

async function auth(args: readonly string[], { env = {}, ...streams }: Call = {}) {
  const io = recordedIo(streams);
  const outcome = await runInProcess(['auth', ...args], { machine, io, env });
  outcomes.push(outcome);
  return { ...outcome, ...(args.includes('--json') ? JSON.parse(outcome.stdout) : {}) };
}

function put(path: string, token: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  return path;
}

describe('auth login', () => {
  it('keeps the token of stdin for its owner alone, where the ecosystem looks', async () => {
    const login = await auth(['login', '--token', '--json'], { input: `${TOKEN}\r\n` });
    expect(login).toMatchObject({ code: 0, user: { name: 'zq-tester' }, path: file, warnings: [] });
    expect(readFileSync(file, 'utf8')).toBe(TOKEN);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(file))).toEqual(['token']);
    expect(hub.requests).toEqual([{ path: '/api/whoami-v2', authorization: `Bearer ${TOKEN}` }]);
  });

  it.each([[['login']], [['login', '--token']]])('%j asks on a terminal', async (args) => {
    const login = await auth(args, { answers: [TOKEN] });
    expect(login).toMatchObject({ code: 0, stdout: `stored the token of zq-tester in ${file}\n` });
    expect(login.stderr).toContain('(it is not shown): ');
    expect(readFileSync(file, 'utf8')).toBe(TOKEN);
  });

  it('takes the place of another token, and its open mode', async () => {
    put(file, OTHER);
    chmodSync(file, 0o644);
    await auth(['login', '--token'], { input: TOKEN });
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([TOKEN, 0o600]);
  });

  it('leaves a link a link', async () => {
    const target = put(join(machine.home, 'elsewhere', 'token'), OTHER);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(target, file);
    await auth(['login', '--token'], { input: TOKEN });
    expect(readFileSync(target, 'utf8')).toBe(TOKEN);
  });

  it('does not keep a token that the hub does not take', async () => {
    put(file, TOKEN);
    const login = await auth(['login', '--token', '--json'], { input: OTHER });
    expect(login).toMatchObject({ code: 3, error: { code: 'OT_AUTH_REFUSED' } });
    expect(readFileSync(file, 'utf8').trim()).toBe(TOKEN);
  });

  it('keeps one that nobody could be asked about, and says so', async () => {
    await hub.close();
    const login = await auth(['login', '--token', '--json'], { input: TOKEN });
    expect(login).toMatchObject({ code: 0, user: null, warnings: [expect.stringContaining('not checked')] });
    expect(readFileSync(file, 'utf8')).toBe(TOKEN);
  });

  it('says that a variable counts before the file', async () => {
    const { warnings } = await auth(['login', '--token', '--json'], {
      input: TOKEN,
      env: { HF_TOKEN: OTHER },
    });
    expect(warnings).toEqual([expect.stringContaining('HF_TOKEN is set')]);
  });

  it.each([
    ['a token as an argument', ['login', TOKEN], {}, 'OT_TOKEN_ARGUMENT'],
    ['a token behind --token', ['login', '--token', TOKEN], {}, 'OT_TOKEN_ARGUMENT'],
    ['a token in --token', ['login', `--token=${TOKEN}`], {}, 'OT_BAD_VALUE'],
    ['a token in a mistyped option', ['login', `--tokn=${TOKEN}`], {}, 'OT_UNKNOWN_OPTION'],
    ['nobody to ask', ['login'], {}, 'OT_INTERACTIVE_REQUIRED'],
    ['nobody to ask under --json', ['login'], { answers: [TOKEN] }, 'OT_INTERACTIVE_REQUIRED'],
    ['nothing on stdin', ['login', '--token'], { input: '\n' }, 'OT_TOKEN_FORMAT'],
    ['two words', ['login', '--token'], { input: `${TOKEN} ${OTHER}` }, 'OT_TOKEN_FORMAT'],
    ['a line end in it', ['login', '--token'], { input: `${TOKEN}\r\nX-Other: 1` }, 'OT_TOKEN_FORMAT'],
    ['letters no header holds', ['login', '--token'], { input: `${TOKEN}é` }, 'OT_TOKEN_FORMAT'],
    ['a flood', ['login', '--token'], { input: 'x'.repeat(100_000) }, 'OT_TOKEN_FORMAT'],
  ])('refuses %s', async (_, args, call, code) => {
    expect(await auth([...args, '--json'], call)).toMatchObject({ code: 2, error: { code } });
    expect([existsSync(file), hub.requests]).toEqual([false, []]);
  });

  it('is declined by an empty answer', async () => {
    expect(await auth(['login'], { answers: [''] })).toMatchObject({ code: 1 });
    expect(existsSync(file)).toBe(false);
  });

  it('works as the built program, with the token on stdin only', async () => {
    const outcome = await runBinary(['auth', 'login', '--token'], { machine, input: TOKEN });
    outcomes.push(outcome);
    expect(outcome.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(TOKEN);
  });
});

describe('where the token comes from', () => {
  /** Adds one place after another, the weakest first. */
  it('is a variable, then one file', async () => {
    const homes = { HF_HOME: join(machine.home, 'hf'), XDG_CACHE_HOME: join(machine.home, 'xdg') };
    const env: Record<string, string> = {};
    const source = async (): Promise<string> => (await auth(['whoami', '--json'], { env })).source;
    put(file, TOKEN);
    expect(await source()).toBe(file);
    env.XDG_CACHE_HOME = homes.XDG_CACHE_HOME;
    expect(await source()).toBeUndefined();
    const cached = put(join(homes.XDG_CACHE_HOME, 'huggingface', 'token'), TOKEN);
    expect(await source()).toBe(cached);
    env.HF_HOME = homes.HF_HOME;
    const home = put(join(homes.HF_HOME, 'token'), TOKEN);
    expect(await source()).toBe(home);
    env.HF_TOKEN_PATH = '~/my-token';
    const named = put(join(machine.home, 'my-token'), TOKEN);
    expect(await source()).toBe(named);
    env.HUGGING_FACE_HUB_TOKEN = TOKEN;
    expect(await source()).toBe('HUGGING_FACE_HUB_TOKEN');
    env.HF_TOKEN = ` ${TOKEN}\n`;
    expect(await source()).toBe('HF_TOKEN');
  });
});

describe('auth whoami', () => {
  it('says who, and whose organizations', async () => {
    const { code, stdout } = await auth(['whoami'], { env: { HF_TOKEN: TOKEN } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^user +zq-tester\nname +A Tester\norganizations +acme\ntoken from +HF_TOKEN\n$/);
  });

  it('without a token, exit 3', async () => {
    expect(await auth(['whoami', '--json'])).toMatchObject({ code: 3, error: { code: 'OT_AUTH_MISSING' } });
    expect(hub.requests).toEqual([]);
  });

  it.each([
    ['a token the hub does not take', 401, '{}', 3, 'OT_AUTH_REFUSED'],
    ['a hub in trouble', 503, 'sorry', 4, 'OT_HUB_UNREACHABLE'],
    ['a hub that sends elsewhere', 302, '', 4, 'OT_HUB_UNREACHABLE'],
    ['no JSON', 200, '<html>', 4, 'OT_HUB_UNREACHABLE'],
    ['no user', 200, '{"name":7}', 4, 'OT_HUB_UNREACHABLE'],
    ['an endless answer', 200, 'x'.repeat(2_000_000), 4, 'OT_HUB_UNREACHABLE'],
  ])('over %s ends with its exit code', async (_, status, body, exit, code) => {
    hub.answer = (response) => {
      response.writeHead(status, { location: `${hub.endpoint}/elsewhere` });
      response.end(body);
    };
    const found = await auth(['whoami', '--json'], { env: { HF_TOKEN: TOKEN } });
    expect(found).toMatchObject({ code: exit, error: { code } });
    expect(hub.requests).toHaveLength(1);
  });

  it('shows nothing of a name that a terminal would act on', async () => {
    hub.answer = (response) => response.end(JSON.stringify({ name: 'a\u001b]0;x\u0007b', orgs: [7, null] }));
    expect((await auth(['whoami'], { env: { HF_TOKEN: TOKEN } })).stdout).not.toMatch(/[\u001b\u0007]/);
  });

  it.each([['http://hub.example/'], ['ftp://127.0.0.1/'], ['https://a:b@hub.example'], ['nothing']])(
    'sends no token to %s',
    async (endpoint) => {
      const env = { HF_TOKEN: TOKEN, HF_ENDPOINT: endpoint };
      const found = await auth(['whoami', '--json'], { env });
      expect(found).toMatchObject({ code: 2, error: { code: 'OT_HUB_ENDPOINT' } });
    },
  );

  it('refuses a token file that is none', async () => {
    mkdirSync(file, { recursive: true });
    expect(await auth(['whoami', '--json'])).toMatchObject({
      code: 3,
      error: { code: 'OT_TOKEN_UNREADABLE' },
    });
  });
});

describe('auth logout', () => {
  it('deletes the file, once', async () => {
    put(file, TOKEN);
    expect(await auth(['logout', '--json'])).toMatchObject({ code: 0, removed: true, path: file });
    expect(existsSync(file)).toBe(false);
    expect(await auth(['logout', '--json'])).toMatchObject({ code: 0, removed: false });
  });

  it('says that a variable still counts', async () => {
    const { warnings } = await auth(['logout', '--json'], { env: { HUGGING_FACE_HUB_TOKEN: TOKEN } });
    expect(warnings).toEqual([expect.stringContaining('HUGGING_FACE_HUB_TOKEN')]);
  });
});
