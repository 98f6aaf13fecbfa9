/** What hooks tell of HEAD, rewrites and merges ends up in the trace, once, and never in a sealed copy. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withEvents, withPackedTips } from '../../../src/capture/live/observed-git.ts';
import type { SpoolEvent } from '../../../src/capture/live/spool.ts';
import { ObservedGit } from '../../../src/record/source.ts';
import { binary, type Machine, newMachine, ROOT, runBinary } from '../../support/cli.ts';
import { IDENTITY } from '../../support/git-env.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const NAME = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';
const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

function event(minute: number, head: string | null, more: Partial<SpoolEvent> = {}): SpoolEvent {
  return {
    kind: 'agent',
    source: 'claude-code',
    event: 'Stop',
    cwd: '/w',
    head,
    orig: null,
    rewritten: [],
    transcript: '/log.jsonl',
    sessionId: null,
    unsaved: false,
    name: `event-${minute}-0`,
    at: Date.UTC(2026, 0, 1, 10, minute),
    ...more,
  };
}

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString();

describe('withEvents', () => {
  it('keeps one place of HEAD from its first to its last note, by folder', () => {
    const seen = withEvents(null, [
      event(1, `${A} refs/heads/main`),
      event(3, `${A} refs/heads/main`),
      event(2, `${B} refs/heads/side`, { cwd: '/other' }),
      event(4, B),
      event(5, 'ref: refs/heads/packed'),
      event(6, 'nonsense'),
      event(7, null),
    ]);
    expect(seen?.heads).toEqual([
      { cwd: '/w', commit: A, ref: 'refs/heads/main', from: at(1), until: at(3) },
      { cwd: '/other', commit: B, ref: 'refs/heads/side', from: at(2), until: at(2) },
      { cwd: '/w', commit: B, ref: null, from: at(4), until: at(4) },
      { cwd: '/w', commit: null, ref: 'refs/heads/packed', from: at(5), until: at(5) },
    ]);
  });

  it('asks once for the commit of a packed branch, and keeps it open when that cannot be told', async () => {
    const asked: string[] = [];
    const told = await withPackedTips(
      [
        event(1, 'ref: refs/heads/x'),
        event(2, 'ref: refs/heads/x'),
        event(3, 'ref: refs/heads/moved'),
        event(4, A),
      ],
      async (folder, ref) => {
        asked.push(`${folder} ${ref}`);
        return ref === 'refs/heads/x' ? B : null;
      },
    );
    expect(told.map(({ head }) => head)).toEqual([
      `${B} refs/heads/x`,
      `${B} refs/heads/x`,
      'ref: refs/heads/moved',
      A,
    ]);
    expect(asked).toEqual(['/w refs/heads/x', '/w refs/heads/moved']);
  });

  it('keeps rewrites and merges', () => {
    const git = { kind: 'git', transcript: null } as const;
    const seen = withEvents(null, [
      event(1, `${B} refs/heads/main`, {
        ...git,
        source: 'post-rewrite',
        event: 'amend',
        rewritten: [[A, B]],
      }),
      event(2, `${B} refs/heads/main`, { ...git, source: 'post-merge', event: '1', orig: A }),
    ]);
    expect(seen).toMatchObject({
      rewrites: [{ at: at(1), by: 'amend', pairs: [[A, B]] }],
      merges: [{ at: at(2), before: A, after: B, squash: true }],
    });
  });

  it('takes nothing from notes it has seen, in whatever portions they come', () => {
    const head = fc.constantFrom(`${A} refs/heads/main`, `${B} refs/heads/main`, A, 'ref: refs/heads/x');
    const note = fc
      .tuple(fc.nat(59), head, fc.boolean())
      .map(([minute, text, rewrites]) =>
        event(minute, text, rewrites ? { source: 'post-rewrite', event: 'rebase', rewritten: [[A, B]] } : {}),
      );
    const property = fc.property(fc.array(note, { maxLength: 12 }), fc.nat(12), (notes, cut) => {
      const first = withEvents(null, notes.slice(0, cut));
      const second = withEvents(first, notes) ?? first;
      expect(
        second === null ? null : withEvents(ObservedGit.parse(JSON.parse(JSON.stringify(second))), notes),
      ).toBeNull();
      const known = new Set(second?.heads.map(({ commit, ref }) => `${commit} ${ref}`));
      for (const { head: text } of notes)
        expect([...known].some((one) => one.includes(text!.split(' ').at(-1)!))).toBe(true);
    });
    fc.assert(property, { numRuns: 300, seed: 20260101 });
  });
});

interface Setting extends Machine {
  readonly log: string;
  readonly git: (...args: string[]) => string;
  readonly prompt: () => void;
}

/** A repository with hooks, where an agent works; every hook captures in the foreground. */
async function working(): Promise<Setting> {
  await binary();
  const machine = newMachine();
  const env = { ...machine.env, ...IDENTITY, OT_SYNC: '1' };
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: machine.cwd, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  git('init', '-q', '-b', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'one');
  await runBinary(['setup', 'claude-code'], { machine });
  await runBinary(['setup', 'git'], { machine });
  const log = join(machine.home, `${NAME}.jsonl`);
  copyFileSync(SESSION, log);
  const input = JSON.stringify({
    hook_event_name: 'UserPromptSubmit',
    transcript_path: log,
    cwd: machine.cwd,
  });
  const hook = join(machine.otHome, 'hooks', 'spool');
  const prompt = (): void => {
    spawnSync(hook, ['agent', 'claude-code'], { input, env, cwd: machine.cwd });
  };
  return { ...machine, log, git, prompt };
}

/** Plain git in the bucket. */
function bucketGit(machine: Machine, ...args: string[]): string {
  const gitDir = join(machine.otHome, 'bucket.git');
  return spawnSync('git', [`--git-dir=${gitDir}`, ...args], {
    env: machine.env,
    encoding: 'utf8',
  }).stdout.trim();
}

function observed(machine: Machine): ObservedGit {
  const [ref] = bucketGit(machine, 'for-each-ref', '--format=%(refname)', 'refs/opentraces/lanes').split(
    '\n',
  );
  const path = `traces/${TRACE.slice(0, 2)}/${TRACE}/sources/0/observed/git.${TRACE.slice(-6)}`;
  return ObservedGit.parse(JSON.parse(bucketGit(machine, 'show', `${ref}:${path}`)));
}

describe('a session with hooks of git', () => {
  it('has in its trace where HEAD stood and what became of its commits', async () => {
    const at = await working();
    at.git('pack-refs', '--all');
    at.prompt();
    const first = at.git('rev-parse', 'HEAD');
    at.git('commit', '-q', '--allow-empty', '-m', 'two');
    const second = at.git('rev-parse', 'HEAD');
    at.git('commit', '-q', '--amend', '--allow-empty', '-m', 'better');
    const amended = at.git('rev-parse', 'HEAD');
    const seen = observed(at);
    expect(seen.heads.map(({ commit }) => commit)).toEqual([first, second, amended]);
    expect(seen.rewrites).toMatchObject([{ by: 'amend', cwd: at.cwd, pairs: [[second, amended]] }]);

    const commits = () => bucketGit(at, 'rev-list', '--count', '--all');
    const before = commits();
    at.prompt();
    expect(commits()).toBe(before);

    const lines = readFileSync(SESSION, 'utf8').trimEnd().split('\n');
    appendFileSync(at.log, `${lines.at(-1)?.replaceAll(/"uuid":"[^"]{4}/g, '"uuid":"ffff')}\n`);
    at.prompt();
    expect(observed(at).rewrites).toHaveLength(1);
    expect(await runBinary(['bucket', 'verify', '--full'], { machine: at })).toMatchObject({ code: 0 });
  });

  it('tells none of it to a remote', async () => {
    const at = await working();
    at.prompt();
    expect(observed(at).heads).toHaveLength(1);
    at.git('init', '-q', '--bare', join(at.home, 'team.git'));
    await runBinary(['bucket', 'remote', 'add', 'team', join(at.home, 'team.git')], { machine: at });
    const pushed = await runBinary(['bucket', 'remote', 'push', '--yes'], { machine: at });
    expect(pushed).toMatchObject({ code: 0 });
    const there = ['--git-dir', join(at.home, 'team.git')];
    const ref = at.git(...there, 'for-each-ref', '--format=%(refname)').split('\n')[0] ?? '';
    const names = at.git(...there, 'ls-tree', '-r', '--name-only', ref);
    expect(names).toContain('/observed/project.');
    expect(names).not.toContain('/observed/git.');
    expect(await runBinary(['bucket', 'verify', '--full'], { machine: at })).toMatchObject({ code: 0 });
  });
});
