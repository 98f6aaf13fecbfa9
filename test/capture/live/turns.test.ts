/** What changes in a work tree while a turn runs is seen by the drain, kept in the trace, and told to nobody. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SpoolEvent } from '../../../src/capture/live/spool.ts';
import { type TurnSnapshot, takeSnapshot, turnBetween } from '../../../src/capture/live/turn-snapshot.ts';
import { type OpenTurns, withTurn } from '../../../src/capture/live/turns.ts';
import { ObservedTurn } from '../../../src/record/turn.ts';
import { type Machine, newMachine, ot, ROOT, runInProcess } from '../../support/cli.ts';
import { IDENTITY, tempDir } from '../../support/git-env.ts';

const AT = new Date('2026-02-03T09:00:00.000Z');

describe('a look at a work tree', () => {
  const look = (top: string, paths: string[]): Promise<TurnSnapshot> =>
    takeSnapshot({ changes: async () => ({ head: null, paths }) }, top, AT, () => AT);

  it('reads texts, bounded, through no link, and tells what came behind the event', async () => {
    const top = tempDir();
    const names = ['big', 'bytes', 'gone', 'late', 'link', 'linked/file', 'text'];
    writeFileSync(join(top, 'big'), 'x'.repeat(256 * 1024 + 1));
    writeFileSync(join(top, 'bytes'), Buffer.from([0, 1]));
    for (const name of ['text', 'late']) writeFileSync(join(top, name), `${name}\n`);
    for (const name of ['big', 'bytes', 'text']) utimesSync(join(top, name), 1, 1);
    const outside = tempDir();
    writeFileSync(join(outside, 'file'), 'a secret');
    symlinkSync(outside, join(top, 'linked'));
    symlinkSync(join(outside, 'file'), join(top, 'link'));
    const { files, texts } = await look(top, names);
    expect(texts).toEqual(['late\n', 'text\n']);
    expect(files).toEqual([
      ['big', { bytes: 256 * 1024 + 1, omitted: 'too_large' }],
      ['bytes', { bytes: 2, omitted: 'not_text' }],
      ['gone', null],
      ['late', { blob: expect.any(String), bytes: 5, raced: true, text: 0 }],
      ['link', { bytes: 0, omitted: 'not_a_file' }],
      ['linked/file', { bytes: 0, omitted: 'not_a_file' }],
      ['text', { blob: '8e27be7d6154a1f68ea9160ef0e18691d20560dc', bytes: 5, text: 1 }],
    ]);
  });

  it('says so when there is too much or it takes too long', async () => {
    const names = Array.from({ length: 501 }, (_, at) => `${at}`);
    expect((await look('/none', names)).limitations).toEqual(['too_many_files']);
    const slow = await takeSnapshot({ changes: async () => 'too_slow' }, '/none', AT, () => AT);
    expect(slow).toMatchObject({ files: [], limitations: ['too_slow'] });
    const git = { between: async () => [], filesAt: async () => new Map() };
    const turn = await turnBetween(git, await look('/none', []), slow, false);
    expect(turn).toMatchObject({ files: [], limitations: ['too_slow'] });
  });
});

describe('turns', () => {
  const snapshot = (at: Date): TurnSnapshot => ({
    top: '/w',
    moment: { at: at.toISOString(), read_at: at.toISOString(), head: null },
    files: [['f', { blob: `${at.getTime()}`, bytes: 1 }]],
    texts: [],
    limitations: [],
  });
  const git = { between: async () => [], filesAt: async () => new Map() };
  const attend = (known: OpenTurns | null, ...events: Array<[string, number]>): Promise<OpenTurns | null> => {
    const told = events.map(([event, at]) => ({ kind: 'agent', event, at }) as SpoolEvent);
    const visit = { agent: 'a', transcript: null, cwd: '/w', sessionId: null, events: told };
    return withTurn(known, visit, { git, take: async (_, at) => snapshot(at) });
  };

  it('go from a prompt to its end; the same events again change nothing', async () => {
    const open = await attend(null, ['SessionStart', 1], ['UserPromptSubmit', 2]);
    expect(open).toMatchObject({ seen: 2, done: [] });
    expect(await attend(open, ['SubagentStop', 3], ['UserPromptSubmit', 2])).toBeNull();
    const done = await attend(open, ['UserPromptSubmit', 2], ['Stop', 4]);
    expect(done).toMatchObject({ seen: 4, from: null, done: [{ limitations: [] }] });
    expect(done?.done[0]?.files).toHaveLength(1);
    expect(await attend(done, ['Stop', 4], ['SessionEnd', 5])).toBeNull();
    expect((await attend(done, ['Stop', 9]))?.done).toHaveLength(1);
  });

  it('that were interrupted, or whose prompt nobody saw, say so', async () => {
    const open = await attend(null, ['BeforeAgent', 2]);
    expect((await attend(open, ['BeforeAgent', 3]))?.done).toMatchObject([{ limitations: ['interrupted'] }]);
    const late = await attend(null, ['UserPromptSubmit', 2], ['Stop', 3]);
    expect(late?.done).toMatchObject([{ files: [], limitations: ['prompt_not_seen'] }]);
  });
});

const NAME = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';
let machine: Machine;
let log: string;
let notes = 0;

function write(name: string, text: string): void {
  const path = join(machine.cwd, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, 1_700_000_000, 1_700_000_000 + notes);
}

function git(...args: string[]): string {
  const { stdout } = spawnSync('git', args, {
    cwd: machine.cwd,
    env: { ...machine.env, ...IDENTITY },
    encoding: 'utf8',
  });
  return stdout.trim();
}

/** Three seconds ago, so that the drain does not look again. */
async function hook(event: string): Promise<void> {
  const payload = JSON.stringify({ hook_event_name: event, transcript_path: log, cwd: machine.cwd });
  notes += 1;
  const path = join(machine.otHome, 'spool', `event-${notes}-0`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `git-ot spool 1\nkind agent\nname claude-code\ncwd ${machine.cwd}\n\n${payload}`);
  const then = Date.now() / 1000 - 3;
  utimesSync(path, then, then);
  expect(await runInProcess(['capture', 'drain'], { machine })).toMatchObject({ code: 0 });
}

/** Records of turns in the bucket. */
function turns(): ObservedTurn[] {
  const inBucket = (...args: string[]): string =>
    git(`--git-dir=${join(machine.otHome, 'bucket.git')}`, ...args);
  const ref = inBucket('for-each-ref', '--format=%(refname)', 'refs/opentraces/lanes').split('\n')[0]!;
  const names = inBucket('ls-tree', '-r', '--name-only', ref).split('\n');
  return names
    .filter((name) => name.includes('/observed/turn-'))
    .map((name) => ObservedTurn.parse(JSON.parse(inBucket('show', `${ref}:${name}`))));
}

async function ask(...argv: string[]) {
  return (await ot(machine, ...argv)).reply;
}

describe('a session with hooks in a repository', () => {
  beforeEach(() => {
    machine = newMachine();
    git('init', '-q', '-b', 'main');
    write('a.txt', 'one\n');
    write('gone.txt', 'old\n');
    write('committed.txt', 'before\n');
    write('.gitignore', '*.log\n');
    git('add', '.');
    git('commit', '-qm', 'base');
    write('mine.txt', 'dirty before and after\n');
    log = join(machine.home, '.claude', 'projects', '-w', `${NAME}.jsonl`);
    mkdirSync(dirname(log), { recursive: true });
    const session = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
    writeFileSync(log, readFileSync(session));
  });

  it('has what a turn changed, with the texts, and nothing that stood there before', async () => {
    await hook('UserPromptSubmit');
    write('a.txt', 'one\ntwo\n');
    write('gen/new.txt', 'made\n');
    write('noise.log', 'ignored\n');
    rmSync(join(machine.cwd, 'gone.txt'));
    write('committed.txt', 'after\n');
    git('commit', '-qm', 'mid', 'committed.txt');
    await hook('Stop');
    const [turn, ...rest] = turns();
    expect(rest).toEqual([]);
    const shown = turn!.files.map(({ path, before, after }) => [
      path,
      ...[before, after].map((state) => state && (turn!.texts[state.text ?? -1] ?? state.blob)),
    ]);
    const [head, base] = [git('rev-parse', 'HEAD'), git('rev-parse', 'HEAD~')];
    expect(shown).toEqual([
      ['a.txt', git('rev-parse', `${base}:a.txt`), 'one\ntwo\n'],
      ['committed.txt', git('rev-parse', `${base}:committed.txt`), git('rev-parse', `${head}:committed.txt`)],
      ['gen/new.txt', null, 'made\n'],
      ['gone.txt', git('rev-parse', `${base}:gone.txt`), null],
    ]);
    expect([turn!.from.head, turn!.until.head]).toEqual([base, head]);
    expect(await ask('bucket', 'verify', '--full')).toMatchObject({ findings: [] });
  });

  it('keeps the turns when it grows, is mended, and tells none of them to a remote', async () => {
    for (const text of ['two\n', 'three\n']) {
      await hook('UserPromptSubmit');
      write('a.txt', text);
      await hook('Stop');
    }
    await hook('UserPromptSubmit');
    await hook('Stop');
    expect(turns().map(({ texts }) => texts)).toEqual([['two\n'], ['two\n', 'three\n']]);
    writeFileSync(log, `${readFileSync(log, 'utf8')}{"type":"summary","summary":"more"}\n`);
    await ask('capture', log);
    expect((await ask('capture', log, '--again')).status).toBe('ok');
    expect(turns()).toHaveLength(2);
    const remote = join(tempDir(), 'remote.git');
    git('init', '-q', '--bare', remote);
    await ask('bucket', 'remote', 'add', 'team', remote);
    expect((await ask('bucket', 'remote', 'push', 'team', '--yes')).status).toBe('ok');
    const there = git(`--git-dir=${remote}`, 'log', '--all', '--format=', '--name-only', '-m', '--root');
    expect(there).toContain('/observed/project.');
    expect(there).not.toContain('/observed/turn-');
    expect(await ask('bucket', 'verify', '--full')).toMatchObject({ findings: [] });
  });
});
