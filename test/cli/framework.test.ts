/** The frame every command runs in: parsing, replies, errors, exit codes. */
import { Option } from 'clipanion';
import { describe, expect, it } from 'vitest';
import { type ErrorKind, EXIT_CODES, OtError } from '../../src/base/errors.ts';
import { OtCommand } from '../../src/cli/base-command.ts';
import type { CommandEntry } from '../../src/cli/command-entry.ts';
import type { Reply } from '../../src/cli/envelope.ts';
import { newMachine, type Outcome, recordedIo, runInProcess } from '../support/cli.ts';

class GreetCommand extends OtCommand {
  static override paths = [['people', 'greet']];
  static override usage = {
    details: 'Says a greeting.',
    examples: [['Be kind', 'git ot people greet Ada']] as [string, string][],
  };
  static readonly synopsis = 'NAME [--times N]';

  name = Option.String({ name: 'NAME' });
  times = Option.String('--times', { description: 'how often' });

  protected override async run(): Promise<Reply> {
    const greeting = `hello ${this.name}`;
    return {
      schema: 'opentraces.people.v1',
      data: { greeting, times: this.times ?? null },
      text: (page) => `${greeting}${page.color ? ' in colour' : ''}\n`,
      nextSteps: ['git ot people'],
    };
  }
}

/** Throws what the test wants. */
function failing(thrown: () => unknown): CommandEntry {
  class FailCommand extends OtCommand {
    static override paths = [['fail']];
    static override usage = {};
    static readonly synopsis = '';

    protected override run(): Promise<Reply> {
      throw thrown();
    }
  }
  return { path: ['fail'], summary: 'fail', load: async () => FailCommand };
}

function replying(reply: Reply): CommandEntry {
  class ReplyCommand extends OtCommand {
    static override paths = [['reply']];
    static override usage = {};
    static readonly synopsis = '';

    protected override async run(): Promise<Reply> {
      return reply;
    }
  }
  return { path: ['reply'], summary: 'reply', load: async () => ReplyCommand };
}

const GREET: CommandEntry = {
  path: ['people', 'greet'],
  summary: 'greet a person',
  load: async () => GreetCommand,
};
const LIST: CommandEntry = { ...GREET, path: ['people', 'list'], summary: 'list people' };
const COMMANDS = [GREET, LIST];

const run = (argv: string, commands: readonly CommandEntry[] = COMMANDS): Promise<Outcome> =>
  runInProcess(argv.split(' '), { commands });

/** The single JSON document of an outcome; fails on anything else on stdout. */
function documentOf(outcome: Outcome): Record<string, unknown> {
  expect(outcome.stdout.endsWith('\n')).toBe(true);
  return JSON.parse(outcome.stdout) as Record<string, unknown>;
}

describe('a reply', () => {
  it('is text on stdout, next steps on stderr', async () => {
    expect(await run('people greet Ada')).toEqual({
      code: 0,
      stdout: 'hello Ada\n',
      stderr: 'next: git ot people\n',
    });
  });

  it('is one JSON document with --json, wherever that stands', async () => {
    for (const argv of [
      'people greet Ada --json',
      '--json people greet Ada',
      'people --json greet --times=2 Ada',
    ]) {
      const outcome = await run(argv);
      expect(outcome.code).toBe(0);
      expect(outcome.stderr).toBe('');
      expect(documentOf(outcome)).toMatchObject({
        status: 'ok',
        schema_version: 'opentraces.people.v1',
        greeting: 'hello Ada',
        next_steps: ['git ot people'],
      });
    }
  });

  it('has no next steps with --quiet, no colour with --no-color or off a terminal', async () => {
    expect((await run('people greet Ada --quiet')).stderr).toBe('');
    const onTerminal = async (argv: string[]): Promise<string> => {
      const outcome = await runInProcess(argv, { commands: COMMANDS, io: recordedIo({ terminal: true }) });
      return outcome.stdout;
    };
    expect(await onTerminal(['people', 'greet', 'Ada'])).toBe('hello Ada in colour\n');
    expect(await onTerminal(['people', 'greet', 'Ada', '--no-color'])).toBe('hello Ada\n');
  });

  it('can fail and still have a payload', async () => {
    const failure = new OtError('OT_VERIFY_FINDINGS', 'corrupt', '2 findings', { hint: 'mend them' });
    const entry = replying({
      schema: 'opentraces.x.v1',
      data: { findings: [1, 2] },
      text: () => 'two\n',
      failure,
    });
    const json = await run('reply --json', [entry]);
    expect(json.code).toBe(5);
    expect(documentOf(json)).toMatchObject({
      status: 'error',
      findings: [1, 2],
      error: { code: 'OT_VERIFY_FINDINGS' },
    });
    const text = await run('reply', [entry]);
    expect(text).toEqual({
      code: 5,
      stdout: 'two\n',
      stderr: 'git-ot: 2 findings [OT_VERIFY_FINDINGS]\nhint: mend them\n',
    });
  });

  it('can be exact bytes, kept out of JSON', async () => {
    async function* body(): AsyncGenerator<Buffer> {
      yield Buffer.from([0xff, 0x00]);
      yield Buffer.from([0x1b]);
    }
    const entry = replying({ schema: 'opentraces.x.v1', data: { n: 1 }, text: () => '', body: body() });
    const io = recordedIo();
    await runInProcess(['reply'], { commands: [entry], io });
    expect([...io.bytes()]).toEqual([0xff, 0x00, 0x1b]);
    expect(documentOf(await run('reply --json', [entry]))).toMatchObject({ n: 1 });
  });

  it('escapes what a terminal would act on', async () => {
    const entry = replying({
      schema: 'opentraces.x.v1',
      data: { title: 'a\u009b31mb\u007f\u202e\u2066' },
      text: () => '',
    });
    const outcome = await run('reply --json', [entry]);
    expect(outcome.stdout).not.toMatch(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(documentOf(outcome)).toMatchObject({ title: 'a\u009b31mb\u007f\u202e\u2066' });
  });
});

describe('an error', () => {
  it.each(Object.entries(EXIT_CODES))('of kind %s ends with code %i', async (kind, code) => {
    const entry = failing(
      () => new OtError('OT_TEST', kind as ErrorKind, 'it did not work', { retryable: true }),
    );
    const outcome = await run('fail --json', [entry]);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toBe('');
    const refused = ['refused', 'blocked', 'declined'].includes(kind);
    expect(documentOf(outcome)).toEqual({
      status: refused ? 'refused' : 'error',
      schema_version: 'opentraces.error.v1',
      error: { code: 'OT_TEST', kind, message: 'it did not work', hint: null, retryable: true },
      next_steps: [],
    });
  });

  it('that is a bug tells neither its message nor its stack', async () => {
    const entry = failing(() => new SyntaxError('Unexpected token in "secret transcript"'));
    const outcome = await run('fail --json', [entry]);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout + outcome.stderr).not.toContain('secret');
    expect(documentOf(outcome)).toMatchObject({
      status: 'error',
      error: { code: 'OT_INTERNAL', kind: 'internal' },
    });
    const text = await run('fail', [entry]);
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toContain('[OT_INTERNAL]');
    expect(text.stderr).not.toContain('secret');
  });

  it('shows its stack with OT_DEBUG=1, on stderr', async () => {
    const commands = [failing(() => new TypeError('boom'))];
    const outcome = await runInProcess(['fail', '--json'], { commands, env: { OT_DEBUG: '1' } });
    expect(outcome.stderr).toContain('TypeError: boom');
    expect(documentOf(outcome)).toMatchObject({ status: 'error' });
  });

  it('cannot colour or clear the terminal', async () => {
    const entry = failing(
      () => new OtError('OT_TEST', 'usage', 'path \u001b[2Jgone\u202e', { hint: '\u0007' }),
    );
    expect((await run('fail', [entry])).stderr).toBe(
      'git-ot: path \ufffd[2Jgone\ufffd [OT_TEST]\nhint: \ufffd\n',
    );
  });
});

describe('a call that does not parse', () => {
  const cases: ReadonlyArray<readonly [argv: string, code: string, hint: RegExp]> = [
    ['poeple greet Ada', 'OT_UNKNOWN_COMMAND', /did you mean: git ot people greet/],
    ['people greeet Ada', 'OT_UNKNOWN_COMMAND', /did you mean: git ot people greet/],
    ['frobnicate', 'OT_UNKNOWN_COMMAND', /git ot -h/],
    ['people', 'OT_MISSING_ARGUMENT', /git ot people -h/],
    ['people greet', 'OT_MISSING_ARGUMENT', /git ot people greet -h/],
    ['people greet Ada Bob', 'OT_EXTRA_ARGUMENT', /git ot people greet -h/],
    ['people greet Ada --tims 3', 'OT_UNKNOWN_OPTION', /did you mean: --times/],
    ['people greet Ada --frobnicate', 'OT_UNKNOWN_OPTION', /git ot people greet -h/],
    ['people greet Ada --times', 'OT_MISSING_ARGUMENT', /git ot people greet -h/],
    ['people greet Ada -9', 'OT_UNKNOWN_OPTION', /git ot people greet -h/],
    ['--frobnicate people greet Ada', 'OT_UNKNOWN_OPTION', /git ot -h/],
    ['-- people greet Ada', 'OT_UNKNOWN_OPTION', /git ot -h/],
  ];

  it.each(cases)('%s: %s', async (argv, code, hint) => {
    const text = await run(argv);
    expect(text).toMatchObject({ code: 2, stdout: '' });
    expect(text.stderr).toContain(`[${code}]`);
    expect(text.stderr).toMatch(hint);
    const json = await run(
      argv.startsWith('-- ') ? `--json ${argv}` : `${argv.replace(' -9', ' --json -9')} --json`,
    );
    expect(json.code).toBe(2);
    expect(documentOf(json)).toMatchObject({
      status: 'error',
      error: { code, kind: 'usage' },
      next_steps: [],
    });
  });

  it('never repeats credentials or control characters of what was typed', async () => {
    const outcome = await runInProcess(['people', 'greet', 'Ada', 'https://me:hunter2@host/\u001b[31m'], {
      commands: COMMANDS,
    });
    expect(outcome.stderr).toContain("unexpected argument 'https://host/");
    expect(outcome.stderr).not.toMatch(/hunter2|\u001b/);
  });

  it('is answered in JSON in whatever form --json was typed', async () => {
    for (const argv of ['people greet Ada --json=true', '--json=true people greet Ada', 'people --json=']) {
      const outcome = await run(argv);
      expect(outcome).toMatchObject({ code: 2, stderr: '' });
      expect(documentOf(outcome)).toMatchObject({ status: 'error', error: { kind: 'usage' } });
    }
    expect((await run('people greet Ada --json=true')).stdout).toContain('option --json takes no value');
  });

  it('says which argument or option is missing', async () => {
    expect((await run('people greet')).stderr).toContain('NAME is missing [OT_MISSING_ARGUMENT]');
    expect((await run('people greet --times 2 --')).stderr).toContain('NAME is missing');
    const real = async (...argv: string[]): Promise<string> => (await runInProcess(argv)).stderr;
    expect(await real('bucket', 'remote', 'add')).toContain('NAME is missing');
    expect(await real('bucket', 'remote', 'add', 'team')).toContain('URL is missing');
    expect(await real('trace', 'export', '3f2a9c1e')).toContain('--format is missing');
    expect(await real('trace', 'export', '--format', 'markdown')).toContain('ID is missing');
  });

  it('takes a negative number as the value of an option, to say what is wrong with it', async () => {
    expect((await run('people greet Ada --times -1 --json')).stdout).toContain('"times":"-1"');
    const { code, stderr } = await runInProcess(['trace', 'list', '--limit', '-1']);
    expect(code).toBe(2);
    expect(stderr).toContain("--limit does not take '-1'");
    expect(stderr).toContain('give a whole number of at least 1');
  });

  it('takes words after -- as arguments', async () => {
    expect(await run('people greet --quiet -- --json')).toMatchObject({ code: 0, stdout: 'hello --json\n' });
  });
});

describe('help', () => {
  it('of a command names every option', async () => {
    for (const argv of ['people greet -h', 'people greet --help', 'help people greet', '-h people greet']) {
      const { code, stdout } = await run(argv);
      expect(code).toBe(0);
      expect(stdout).toContain('usage: git ot people greet NAME [--times N]\n');
      expect(stdout).toMatch(/--times N +how often\n/);
      expect(stdout).toMatch(/--json +print exactly one JSON document/);
      expect(stdout).toContain('git ot people greet Ada\n');
    }
  });

  it('of a noun lists its verbs', async () => {
    const { code, stdout } = await run('people -h');
    expect(code).toBe(0);
    expect(stdout).toMatch(/git ot people greet +greet a person\ngit ot people list +list people\n/);
  });

  it('is one document with --json', async () => {
    const outcome = await run('people greet -h --json');
    expect(documentOf(outcome)).toMatchObject({
      status: 'ok',
      help: { command: 'git ot people greet', usage: 'git ot people greet NAME [--times N]' },
    });
  });
});

it('says where the bucket is looked for', async () => {
  const machine = newMachine({ OT_HOME: '' });
  const { testApp } = await import('../support/cli.ts');
  expect(testApp(recordedIo(), { machine }).home).toBe(`${machine.home}/.opentraces`);
  expect(testApp(recordedIo(), { machine, env: { OT_HOME: 'sub' } }).home).toBe(`${machine.cwd}/sub`);
  expect(testApp(recordedIo(), { machine, env: { OT_HOME: '/a/../b' } }).home).toBe('/b');
});
