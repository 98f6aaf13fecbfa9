/** `hooks/spool` as agents and git run it, and the drain behind it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { binary, type Machine, newMachine, ROOT, runBinary } from '../../support/cli.ts';
import { IDENTITY } from '../../support/git-env.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const NAME = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';
let program = '';

beforeAll(async () => {
  program = await binary();
});

interface Setting extends Machine {
  readonly hook: string;
  readonly spool: string;
  readonly log: string;
}

/** A machine with the script installed and one session of Claude Code. */
function machine(otName = 'ot home ü'): Setting {
  const base = newMachine();
  const otHome = join(base.home, otName);
  const hook = join(otHome, 'hooks', 'spool');
  mkdirSync(dirname(hook), { recursive: true });
  copyFileSync(join(ROOT, 'hooks', 'spool'), hook);
  chmodSync(hook, 0o755);
  writeFileSync(join(otHome, 'hooks', 'program'), `${process.execPath}\n${program}\n`);
  const log = join(base.home, '.claude', 'projects', '-w', `${NAME}.jsonl`);
  mkdirSync(dirname(log), { recursive: true });
  copyFileSync(SESSION, log);
  const env = { ...base.env, OT_HOME: otHome };
  return { ...base, otHome, env, hook, spool: join(otHome, 'spool'), log };
}

/** A prompt by default: after the end of a turn the drain looks again, which takes two seconds. */
function payload(at: Setting, event = 'UserPromptSubmit'): string {
  return JSON.stringify({ session_id: NAME, transcript_path: at.log, cwd: at.cwd, hook_event_name: event });
}

function fire(at: Setting, options: { args?: string[]; input?: string; env?: object; cwd?: string } = {}) {
  const { args = ['agent', 'claude-code'], input = payload(at), env = {}, cwd = at.cwd } = options;
  const done = spawnSync(at.hook, args, { input, cwd, env: { ...at.env, ...env }, encoding: 'utf8' });
  return { code: done.status, output: done.stdout + done.stderr };
}

/** As a process that is there for good: no drain is started. */
function holdMarker(at: Setting): void {
  mkdirSync(at.spool, { recursive: true });
  writeFileSync(join(at.spool, 'drain'), `${process.pid}\n`);
}

function notes(at: Setting): string[] {
  return existsSync(at.spool) ? readdirSync(at.spool).filter((name) => name.startsWith('event-')) : [];
}

/** Makes the notes ten seconds old, so that nothing is looked at twice. */
function age(at: Setting): void {
  const then = Date.now() / 1000 - 10;
  for (const name of notes(at)) utimesSync(join(at.spool, name), then, then);
}

async function traces(at: Setting): Promise<Array<{ trace_id: string; step_count: number }>> {
  const { code, stdout } = await runBinary(['trace', 'list', '--json'], { machine: at });
  return code === 0 ? JSON.parse(stdout).traces : [];
}

async function sound(at: Setting): Promise<void> {
  expect(await runBinary(['bucket', 'verify', '--full'], { machine: at })).toMatchObject({ code: 0 });
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await what()) return;
    await delay(100);
  }
  throw new Error('it did not happen in time');
}

describe('the script', () => {
  it('captures in the foreground with OT_SYNC=1', async () => {
    const at = machine();
    expect(fire(at, { env: { OT_SYNC: '1' } })).toEqual({ code: 0, output: '' });
    expect(await traces(at)).toMatchObject([{ trace_id: 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a' }]);
    expect(notes(at)).toEqual([]);
    await sound(at);
  });

  it('starts a drain that outlives it and ends when nothing is spooled', async () => {
    const at = machine();
    expect(fire(at)).toEqual({ code: 0, output: '' });
    await until(async () => (await traces(at)).length === 1);
    await until(() => !existsSync(join(at.spool, 'drain')));
    expect(notes(at)).toEqual([]);
    await sound(at);
  });

  it('starts none while one is at work, and one when its process is gone', async () => {
    const at = machine();
    holdMarker(at);
    fire(at);
    fire(at);
    expect(notes(at)).toHaveLength(2);
    expect(readFileSync(join(at.spool, 'drain'), 'utf8')).toBe(`${process.pid}\n`);
    const gone = spawnSync('true').pid;
    writeFileSync(join(at.spool, 'drain'), `${gone}\n`);
    fire(at, { input: payload(at, 'Stop') });
    await until(() => notes(at).length === 0 && !existsSync(join(at.spool, 'drain')));
    expect(await traces(at)).toHaveLength(1);
    await sound(at);
  });

  it.skipIf(!existsSync('/proc/self/stat'))(
    'starts one when the process has ended and nobody looked, or is another by now',
    async () => {
      const at = machine();
      // Ends at once, and leaves its marker.
      writeFileSync(join(at.otHome, 'hooks', 'program'), `/bin/true\n${program}\n`);
      mkdirSync(at.spool);
      const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [zombie] = (await once(parent.stdout, 'data')) as [Buffer];
      const before = `${zombie.toString().trim()}\n`;
      await until(() => / Z /.test(readFileSync(`/proc/${before.trim()}/stat`, 'utf8')));
      for (const marker of [before, `${process.pid} 999999999999\n`, `${process.pid}x\n`]) {
        writeFileSync(join(at.spool, 'drain'), marker);
        fire(at);
        // A start time from the first moment: this drain never comes so far as to add it.
        const after = readFileSync(join(at.spool, 'drain'), 'utf8');
        expect(after).toMatch(/^\d+ \d+\n$/);
        expect(after).not.toBe(marker);
      }
      parent.kill();
    },
  );

  it('goes on when its terminal is closed', async () => {
    const at = machine();
    holdMarker(at);
    const child = spawn(at.hook, ['agent', 'claude-code'], { cwd: at.cwd, env: at.env });
    await until(() => notes(at).length === 1);
    child.kill('SIGHUP');
    child.stdin.end(payload(at));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(readFileSync(join(at.spool, notes(at)[0]!), 'utf8')).toMatch(/\}$/);
  });
});

describe('what the script notes', () => {
  it('is the folder and HEAD in a repository, a linked work tree, and none', () => {
    const at = machine();
    holdMarker(at);
    const git = (...args: string[]) =>
      spawnSync('git', args, { cwd: at.cwd, env: { ...at.env, ...IDENTITY }, encoding: 'utf8' });
    fire(at);
    git('init', '-q', '-b', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'one');
    const tip = git('rev-parse', 'HEAD').stdout.trim();
    fire(at);
    git('worktree', 'add', '-q', '-b', 'side', 'b ä');
    fire(at, { cwd: join(at.cwd, 'b ä') });
    fire(at, { args: ['git', 'post-commit'], input: '' });
    const heads = notes(at).map(
      (name) => /^head (.*)$/m.exec(readFileSync(join(at.spool, name), 'utf8'))?.[1],
    );
    expect(heads.sort()).toEqual([
      `${tip} refs/heads/main`,
      `${tip} refs/heads/main`,
      `${tip} refs/heads/side`,
      undefined,
    ]);
  });
});

describe('the script in trouble', () => {
  it.each([
    ['an unwritable home', (at: Setting) => writeFileSync(at.spool, 'a file stands here')],
    ['no node at all', (at: Setting) => rmSync(join(at.otHome, 'hooks', 'program'))],
    [
      'a recorded program that is gone',
      (at: Setting) =>
        writeFileSync(join(at.otHome, 'hooks', 'program'), '/nowhere/node\n/nowhere/git-ot.cjs\n'),
    ],
    ['a paused machine', (at: Setting) => writeFileSync(join(at.otHome, 'paused'), '')],
  ])('says nothing and succeeds with %s', (_, prepare) => {
    const at = machine();
    prepare(at);
    expect(fire(at, { env: { PATH: '/usr/bin:/bin' } })).toEqual({ code: 0, output: '' });
    expect(existsSync(join(at.otHome, 'bucket.git'))).toBe(false);
    expect(existsSync(join(at.spool, 'drain'))).toBe(false);
  });

  it('keeps what it noted when node is missing, and the next read command takes it in', async () => {
    const at = machine();
    await runBinary(['capture', SESSION], { machine: at });
    const other = join(at.home, '0e1d2c3a-84b7-4e0e-9a55-1c7be0d2f914.jsonl');
    copyFileSync(SESSION, other);
    rmSync(join(at.otHome, 'hooks', 'program'));
    const input = JSON.stringify({ transcript_path: other, hook_event_name: 'Stop' });
    fire(at, { input, env: { PATH: '/usr/bin:/bin' } });
    expect(notes(at)).toHaveLength(1);
    expect(await traces(at)).toHaveLength(2);
    expect(notes(at)).toEqual([]);
    await sound(at);
  });

  it('notes every byte that it is fed, whatever shell runs it', () => {
    const at = machine();
    holdMarker(at);
    const every = Buffer.from(Array.from({ length: 255 }, (_, byte) => byte + 1));
    const long = Buffer.alloc(300_000, '{"prompt":"\\n ä -n');
    const fed = [every, Buffer.from('\n\n \\\n'), Buffer.from('-n'), Buffer.alloc(0), long];
    for (const [shell, ...flags] of [['sh'], ['dash'], ['bash', '--posix'], ['busybox', 'ash']]) {
      if (spawnSync(shell!, [...flags, '-c', ':']).status !== 0) continue;
      for (const input of fed) {
        const args = [...flags, at.hook, 'agent', 'claude-code'];
        const { status, stdout, stderr } = spawnSync(shell!, args, { input, cwd: at.cwd, env: at.env });
        expect([status, String(stdout), String(stderr)]).toEqual([0, '', '']);
        const [name] = notes(at);
        const note = readFileSync(join(at.spool, name!));
        expect(note.subarray(note.indexOf('\n\n') + 2).equals(input)).toBe(true);
        rmSync(join(at.spool, name!));
      }
    }
  });

  it('gives every one of many at once a note of its own', async () => {
    const at = machine();
    holdMarker(at);
    const one = () =>
      new Promise((resolve) => {
        const child = spawn(at.hook, ['agent', 'claude-code'], { cwd: at.cwd, env: at.env });
        child.stdin.end(payload(at));
        child.once('close', resolve);
      });
    expect(new Set(await Promise.all(Array.from({ length: 20 }, one)))).toEqual(new Set([0]));
    expect(notes(at)).toHaveLength(20);
    rmSync(join(at.spool, 'drain'));
    const drained = await runBinary(['capture', 'drain', '--json'], { machine: at });
    expect(JSON.parse(drained.stdout)).toMatchObject({ drain: { events: 20, traces: 1, set_aside: 0 } });
  });
});

describe('the drain', () => {
  it('sets aside what cannot be used, with its reason, and goes on', async () => {
    const at = machine();
    holdMarker(at);
    fire(at, { input: 'no JSON' });
    fire(at, {
      input: JSON.stringify({ hook_event_name: 'Stop', transcript_path: join(at.home, 'gone.jsonl') }),
    });
    fire(at, { input: JSON.stringify({ hook_event_name: 'SessionStart', transcript_path: '/gone.jsonl' }) });
    fire(at, { input: JSON.stringify({ hook_event_name: 'Stop', transcript_path: at.hook }) });
    writeFileSync(join(at.spool, 'event-poison'), 'anything');
    mkdirSync(join(at.spool, 'event-folder'));
    fire(at);
    age(at);
    rmSync(join(at.spool, 'drain'));
    const { code, stdout } = await runBinary(['capture', 'drain', '--json'], { machine: at });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ drain: { events: 2, traces: 1, set_aside: 5 } });
    const reasons = readdirSync(join(at.spool, 'aside')).filter((name) => name.endsWith('.reason'));
    const texts = reasons.map((name) => readFileSync(join(at.spool, 'aside', name), 'utf8').trim());
    expect(texts.sort()).toEqual([
      'OT_NOT_A_SESSION',
      'OT_SOURCE_MISSING',
      'not_a_file',
      'not_a_note',
      'not_json',
    ]);
    await sound(at);
  });

  it('loses nothing when it is killed', async () => {
    const at = machine();
    holdMarker(at);
    fire(at);
    rmSync(join(at.spool, 'drain'));
    for (const afterMs of [60, 120, 200]) {
      const kill = { signal: 'SIGKILL' as const, afterMs };
      await runBinary(['capture', 'drain'], { machine: at, kill });
    }
    fire(at, { env: { OT_SYNC: '1' } });
    expect(await traces(at)).toHaveLength(1);
    expect(notes(at)).toEqual([]);
    await sound(at);
  });

  it('captures nothing of a repository that opted out, nor of a session with a mark', async () => {
    const at = machine();
    const git = (...args: string[]) => spawnSync('git', args, { cwd: at.cwd, env: at.env });
    git('init', '-q');
    git('config', 'opentraces.enabled', 'false');
    fire(at, { env: { OT_SYNC: '1' } });
    expect(await traces(at)).toEqual([]);
    git('config', 'opentraces.enabled', 'true');
    mkdirSync(join(at.otHome, 'do-not-save'));
    writeFileSync(join(at.otHome, 'do-not-save', NAME), '');
    fire(at, { env: { OT_SYNC: '1' } });
    expect(await traces(at)).toEqual([]);
    expect(notes(at)).toEqual([]);
    rmSync(join(at.otHome, 'do-not-save', NAME));
    fire(at, { env: { OT_SYNC: '1' } });
    expect(await traces(at)).toHaveLength(1);
    await sound(at);
  });
});
