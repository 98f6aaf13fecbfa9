/** What is seen at a session's start: well-known files and names of variables, read safely, kept once, sealed. */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type InstructionPlace, instructionPlaces } from '../../../src/capture/live/instruction-places.ts';
import { withStarts } from '../../../src/capture/live/observed-start.ts';
import { Pending } from '../../../src/capture/live/pending.ts';
import { lookAtStart, type StartOptions } from '../../../src/capture/live/session-start.ts';
import { hashObject } from '../../../src/git/object-codec.ts';
import { type ObservedStart, ObservedStart as Starts } from '../../../src/record/start.ts';
import { type Machine, newMachine, ot, ROOT, runInProcess } from '../../support/cli.ts';
import { tempDir } from '../../support/git-env.ts';
import { testPlatform } from '../../support/platform.ts';

const AT = new Date('2026-02-03T09:00:00.000Z');

function look(places: readonly InstructionPlace[], more: Partial<StartOptions> = {}): Promise<ObservedStart> {
  return lookAtStart({
    algorithm: 'sha1',
    places,
    cwd: '/w',
    at: AT,
    now: () => AT,
    environment: null,
    ignored: async () => new Set(),
    ...more,
  });
}

function write(path: string, text: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('instructionPlaces', () => {
  const start = { cwd: '/r/w/sub', top: '/r/w', home: '/h', transcript: null };

  it('goes from the person to the folder of the session, by the names that an agent reads', () => {
    const paths = (agent: string): string[] =>
      instructionPlaces({ ...start, agent, userFolder: '/h/.agent' }).map(({ path }) => path);
    expect(paths('gemini-cli')).toEqual(['/h/.agent/GEMINI.md', '/r/w/GEMINI.md', '/r/w/sub/GEMINI.md']);
    expect(paths('claude-code').filter((path) => path.endsWith('/CLAUDE.md'))).toEqual([
      '/h/.agent/CLAUDE.md',
      '/CLAUDE.md',
      '/.claude/CLAUDE.md',
      '/r/CLAUDE.md',
      '/r/.claude/CLAUDE.md',
      '/r/w/CLAUDE.md',
      '/r/w/.claude/CLAUDE.md',
      '/r/w/sub/CLAUDE.md',
      '/r/w/sub/.claude/CLAUDE.md',
    ]);
    expect(paths('tandem')).toEqual([]);
  });

  it('takes the memory beside the log only where the agent keeps its logs', () => {
    const memory = (transcript: string): string[] =>
      instructionPlaces({ ...start, agent: 'claude-code', userFolder: '/h/.claude', cwd: null, transcript })
        .map(({ path }) => path)
        .filter((path) => path.includes('memory'));
    expect(memory('/h/.claude/projects/-r-w/a.jsonl')).toEqual(['/h/.claude/projects/-r-w/memory/MEMORY.md']);
    expect(memory('/elsewhere/-r-w/a.jsonl')).toEqual([]);
  });
});

describe('lookAtStart', () => {
  it('keeps the text of a file, when it changed, and its id', async () => {
    const folder = tempDir();
    const path = write(join(folder, 'CLAUDE.md'), 'be brief\n');
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const nothing = join(folder, 'AGENTS.md');
    const seen = await look(
      [path, nothing].map((each) => ({ path: each, scope: 'project', within: folder })),
    );
    const blob = hashObject('sha1', 'blob', Buffer.from('be brief\n'));
    const modified_at = '2023-11-14T22:13:20.000Z';
    expect(seen.texts).toEqual(['be brief\n']);
    expect(seen.starts[0]!.files).toEqual([{ path, scope: 'project', modified_at, bytes: 9, text: 0, blob }]);
  });

  it('does not follow a link out of its place, wait for a pipe, or keep what is no text or too much', async () => {
    const outside = write(join(tempDir(), 'id_rsa'), 'a private key');
    const folder = tempDir();
    const inside = write(join(folder, 'AGENTS.md'), 'within');
    const names = ['out.md', 'in.md', 'pipe.md', 'folder.md', 'bytes.md', 'latin.md', 'big.md', 'loop.md'];
    symlinkSync(outside, join(folder, 'out.md'));
    symlinkSync(inside, join(folder, 'in.md'));
    spawnSync('mkfifo', [join(folder, 'pipe.md')]);
    mkdirSync(join(folder, 'folder.md'));
    write(join(folder, 'bytes.md'), Buffer.from([0x61, 0, 0x62]));
    write(join(folder, 'latin.md'), Buffer.from([0xe9, 0x0a]));
    write(join(folder, 'big.md'), 'x'.repeat(128 * 1024 + 1));
    symlinkSync('loop.md', join(folder, 'loop.md'));
    const seen = await look(
      names.map((name) => ({ path: join(folder, name), scope: 'project', within: folder })),
    );
    const told = seen.starts[0]!.files.map(({ path, omitted }) => [path.split('/').at(-1), omitted]);
    expect(told).toEqual([
      ['out.md', 'link_outside'],
      ['in.md', undefined],
      ['pipe.md', 'not_a_file'],
      ['folder.md', 'not_a_file'],
      ['bytes.md', 'not_text'],
      ['latin.md', 'not_text'],
      ['big.md', 'too_large'],
      ['loop.md', 'unreadable'],
    ]);
    expect(seen.texts).toEqual(['within']);
  });

  it('keeps no more than a start may have', async () => {
    const folder = tempDir();
    const places = Array.from({ length: 70 }, (_, at): InstructionPlace => {
      const path = write(join(folder, `${at}`, 'CLAUDE.md'), 'x'.repeat(at < 5 ? 120 * 1024 : 1));
      return { path, scope: 'project', within: folder };
    });
    const [start] = (await look(places)).starts;
    expect(start!.files).toHaveLength(64);
    expect(start!.files.filter(({ omitted }) => omitted === 'over_budget')).toHaveLength(1);
  });

  it('takes names of variables, in order, and nothing else', async () => {
    const environment = ['PATH', 'HOME', 'BASH_FUNC_x%%', 'A=b', ''];
    expect((await look([], { environment })).starts[0]!.environment_names).toEqual(['HOME', 'PATH']);
    expect((await look([])).starts[0]!.environment_names).toBeNull();
  });
});

describe('withStarts', () => {
  const start = (minute: number, ...texts: string[]): ObservedStart => ({
    starts: [
      {
        at: `2026-02-03T09:0${minute}:00.000Z`,
        read_at: `2026-02-03T09:0${minute}:01.000Z`,
        cwd: '/w',
        files: texts.map((text, at) => ({
          path: `/w/${at}.md`,
          scope: 'project',
          modified_at: `2026-02-03T08:0${minute}:00.000Z`,
          bytes: text.length,
          text: at,
        })),
        environment_names: ['HOME'],
      },
    ],
    texts,
  });

  it('keeps each text once, and a start only when something is not as it was', () => {
    const first = withStarts(null, start(1, 'a', 'b'))!;
    expect(withStarts(first, start(1, 'changed since'))).toBeNull();
    expect(withStarts(first, start(2, 'a', 'b'))).toBeNull();
    const second = withStarts(first, start(3, 'b', 'c'))!;
    expect(second.texts).toEqual(['a', 'b', 'c']);
    expect(second.starts.map(({ files }) => files.map(({ text }) => text))).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('keeps the first starts of a session that never ends', () => {
    let known: ObservedStart | null = null;
    for (let minute = 0; minute < 10; minute += 1) known = withStarts(known, start(minute, `${minute}`));
    for (let more = 0; more < 10; more += 1) {
      const one = start(0, `more ${more}`);
      const at = `2026-02-03T1${more}:00:00.000Z`;
      known = withStarts(known, { ...one, starts: [{ ...one.starts[0]!, at }] }) ?? known;
    }
    expect(known?.starts).toHaveLength(16);
  });
});

it('what waits for a session is its own, and goes when it is left out or too old', async () => {
  const home = tempDir();
  const platform = testPlatform();
  const waiting = new Pending(home, 'starts', Starts);
  const session = { agent: 'pi', transcript: '/log.jsonl', sessionId: null };
  const seen = await look([]);
  await waiting.write(platform, session, seen);
  expect(await waiting.read({ ...session, sessionId: 'told' })).toEqual(seen);
  expect(await waiting.read({ ...session, agent: 'codex-cli' })).toBeNull();
  await waiting.drop(session);
  expect(await waiting.read(session)).toBeNull();
  await waiting.write(platform, session, seen);
  const [name] = readdirSync(join(home, 'spool', 'starts'));
  utimesSync(join(home, 'spool', 'starts', name!), 1, 1);
  await waiting.write(platform, { ...session, transcript: '/other.jsonl' }, seen);
  expect(await waiting.read(session)).toBeNull();
});

const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';
const NAME = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';
/** In the form of tokens that detectors know; one is in a file, one the value of a variable. */
const TOKEN = ['ghp', 'Zq8rT2vLx0Wn5Kd7Hs3Mb9Yc1Fg4Jp6Ru2Ea'].join('_');
const HEAD = 'c'.repeat(40);
const MINE = 'only for me: my boss is Smith\n';
const VALUE = ['ghp', 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('_');

let machine: Machine;
let log: string;
let notes = 0;

/** What a hook of the agent notes, taken in by a drain that its environment reached. */
async function hook(event: string): Promise<void> {
  const payload = JSON.stringify({ hook_event_name: event, transcript_path: log, cwd: machine.cwd });
  notes += 1;
  write(
    join(machine.otHome, 'spool', `event-${notes}-0`),
    `git-ot spool 1\nkind agent\nname claude-code\ncwd ${machine.cwd}\nhead ${HEAD} refs/heads/main\n\n${payload}`,
  );
  const { code } = await runInProcess(['capture', 'drain'], { machine, env: { ACME_API_KEY: VALUE } });
  expect(code).toBe(0);
}

async function ask(...argv: string[]) {
  return (await ot(machine, ...argv)).reply;
}

beforeAll(async () => {
  machine = newMachine();
  spawnSync('git', ['init', '-q', '-b', 'main'], { cwd: machine.cwd, env: machine.env });
  write(join(machine.cwd, 'CLAUDE.md'), `be brief; the token is ${TOKEN}\n`);
  write(join(machine.cwd, 'CLAUDE.local.md'), MINE);
  write(join(machine.cwd, '.gitignore'), 'CLAUDE.local.md\n');
  write(join(machine.home, '.claude', 'CLAUDE.md'), 'answer in French\n');
  log = join(machine.home, '.claude', 'projects', '-w', `${NAME}.jsonl`);
  const memory = write(join(dirname(log), 'memory', 'MEMORY.md'), 'the tests are slow\n');
  const soon = Date.now() / 1000 + 60;
  utimesSync(memory, soon, soon);
  await hook('SessionStart');
  // Nothing is captured yet, and what the files say from now on is not what the agent read.
  write(join(machine.cwd, 'CLAUDE.md'), 'written while it worked\n');
  const session = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
  write(log, readFileSync(session, 'utf8').replaceAll('2026-02-03T', '2099-02-03T'));
  await hook('UserPromptSubmit');
});

describe('a start that a hook told of', () => {
  it('brings files and names of variables into the layers, and says how they were got', async () => {
    const { layers } = await ask('ctx', 'step', TRACE, '5', '--full');
    const [system, , , runtime] = layers;
    expect(system).toMatchObject({
      completeness: 'approximated',
      capture_method: 'live_capture',
      reasons: ['static_system_prompt_core_unknown', 'instruction_file_changed_since'],
    });
    const home = join(machine.home, '.claude');
    const load_reason = 'session_start';
    expect(system.content.claude_md_set).toEqual([
      { path: join(home, 'CLAUDE.md'), scope: 'user', load_reason, content: 'answer in French\n' },
      {
        path: join(machine.cwd, 'CLAUDE.md'),
        scope: 'project',
        load_reason,
        content: `be brief; the token is ${TOKEN}\n`,
      },
      { path: join(machine.cwd, 'CLAUDE.local.md'), scope: 'project', load_reason, content: MINE },
      {
        path: join(home, 'projects', '-w', 'memory', 'MEMORY.md'),
        scope: 'user',
        load_reason,
        content: 'the tests are slow\n',
      },
    ]);
    expect(runtime.content.environment_names).toContain('ACME_API_KEY');
    expect(readdirSync(join(machine.otHome, 'spool', 'starts'))).toEqual([]);
    const { tokens } = await ask('ctx', 'step', TRACE, '5', '--tokens');
    expect(tokens.by_layer.system).toBeGreaterThan(20);
  });

  it('is shown to a person by sizes, or whole', async () => {
    const sizes = await runInProcess(['ctx', 'step', TRACE, '5'], { machine });
    expect(sizes.stdout).toContain('MEMORY.md  19 bytes\n');
    const { stdout } = await runInProcess(['ctx', 'resume', `${TRACE}:5`], { machine });
    expect(stdout).toContain('```\nanswer in French\n');
    expect((await ask('ctx', 'resume', `${TRACE}:5`)).trail_anchor_hint).toBe(HEAD);
  });

  it('is a record beside the session', async () => {
    expect((await ask('trace', 'source', TRACE)).observed).toEqual(['git', 'project', 'start']);
    const { observed } = await ask('trace', 'source', TRACE, '--observed', 'start');
    expect(observed.texts).toContain(MINE);
    const plain = await runInProcess(['trace', 'source', TRACE, '--observed', 'start'], { machine });
    expect(JSON.parse(plain.stdout)).toEqual(observed);
    expect((await ot(machine, 'trace', 'source', TRACE, '--observed', 'stop')).code).toBe(6);
    expect((await ot(machine, 'trace', 'source', TRACE, '--observed', 'start', '--source', '0')).code).toBe(
      2,
    );
  });

  it('keeps no value of a variable', () => {
    const grep = spawnSync('grep', ['-rlaF', VALUE, machine.otHome], { encoding: 'utf8' });
    expect(grep.stdout).toBe('');
    const kept = textOfRepository(machine, join(machine.otHome, 'bucket.git'));
    expect([TOKEN, VALUE].map((text) => kept.includes(text))).toEqual([true, false]);
  });

  it('stays with the trace when its session grows and when it is mended', async () => {
    const [before] = (await ask('ctx', 'step', TRACE, '5')).layers;
    writeFileSync(log, `${readFileSync(log, 'utf8')}{"type":"summary","summary":"more"}\n`);
    await hook('UserPromptSubmit');
    expect((await ask('ctx', 'step', TRACE, '5')).layers[0]).toEqual(before);
    expect((await ask('capture', log, '--again')).status).toBe('ok');
    expect((await ask('ctx', 'step', TRACE, '5')).layers[0]).toEqual(before);
    expect(await ask('bucket', 'verify', '--full')).toMatchObject({ status: 'ok', findings: [] });
  });

  it('is not looked at for a session that shall not be saved', async () => {
    rmSync(join(machine.otHome, 'spool', 'starts'), { recursive: true });
    await ask('pause', '--session', 'secret-one');
    const saved = log;
    log = join(dirname(log), 'secret-one.jsonl');
    await hook('SessionStart');
    log = saved;
    expect(readdirSync(join(machine.otHome, 'spool'))).not.toContain('starts');
  });
});

it('a start leaves sealed: without secrets, and without what git ignores', async () => {
  const remote = join(tempDir(), 'remote.git');
  spawnSync('git', ['init', '-q', '--bare', remote], { env: machine.env });
  await ask('bucket', 'remote', 'add', 'team', remote);
  expect((await ask('bucket', 'remote', 'push', 'team', '--yes')).status).toBe('ok');
  const sent = textOfRepository(machine, remote);
  const holds = (text: string): boolean => sent.includes(text);
  const there = ['be brief; the token is [REDACTED:', 'the tests are slow', 'ACME_API_KEY'];
  expect(there.map(holds)).toEqual([true, true, true]);
  const ids = ['CLAUDE.local.md', 'CLAUDE.md'].map((name) => blobIdOf(join(machine.cwd, name)));
  expect([TOKEN.slice(4, 14), 'Smith', VALUE, ...ids].filter(holds)).toEqual([]);
  const other = newMachine();
  await ot(other, 'bucket', 'remote', 'add', 'team', remote);
  await ot(other, 'bucket', 'remote', 'pull', 'team');
  const [system] = (await ot(other, 'ctx', 'step', TRACE, '5', '--full')).reply.layers;
  expect(system.reasons).toContain('instruction_file_private');
  expect(JSON.stringify(system.content)).toContain('the tests are slow');
  expect((await ot(other, 'bucket', 'verify', '--full')).reply).toMatchObject({ findings: [] });
});

function blobIdOf(path: string): string {
  return hashObject('sha1', 'blob', readFileSync(path));
}

/** Every object of a repository, one after the other. */
function textOfRepository({ env }: Machine, gitDir: string): string {
  const args = [`--git-dir=${gitDir}`, 'cat-file', '--batch-all-objects', '--batch'];
  return spawnSync('git', args, { env, encoding: 'utf8', maxBuffer: 64 << 20 }).stdout;
}
