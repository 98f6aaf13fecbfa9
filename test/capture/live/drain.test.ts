/** The drain over a spool of files, with captures that succeed, fail and die as told. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OtError } from '../../../src/base/errors.ts';
import { type DrainReport, drainSpool, type VisitResult } from '../../../src/capture/live/drain.ts';
import type { Visit } from '../../../src/capture/live/fold.ts';
import { listAside } from '../../../src/capture/live/spool.ts';
import { readState } from '../../../src/capture/live/state.ts';
import { tempDir } from '../../support/git-env.ts';
import { testPlatform } from '../../support/platform.ts';

const CAPTURED: VisitResult = { outcome: 'captured', traces: 1, log: '/logs/located.jsonl' };

/** Writes a note as the script does. `age` in seconds. */
function spool(home: string, name: string, payload: object, age = 0): string {
  const path = join(home, 'spool', name);
  mkdirSync(join(home, 'spool'), { recursive: true });
  writeFileSync(path, `git-ot spool 1\nkind agent\nname pi\ncwd /w\n\n${JSON.stringify(payload)}`);
  const then = Date.now() / 1000 - age;
  utimesSync(path, then, then);
  return path;
}

function run(
  home: string,
  capture: (visit: Visit) => Promise<VisitResult>,
  lookAgainMs = 0,
): Promise<DrainReport> {
  return drainSpool({ home, platform: testPlatform(), capture, lookAgainMs });
}

const stop = (log: string): object => ({ hook_event_name: 'Stop', transcript_path: log });

describe('drainSpool', () => {
  it('captures each session once, however many events', async () => {
    const home = tempDir();
    for (let n = 0; n < 20; n += 1) spool(home, `event-${n}-0`, stop(`/logs/${n % 3}.jsonl`));
    const visits: Array<[string | null, number]> = [];
    const report = await run(home, async ({ transcript, events }) => {
      visits.push([transcript, events.length]);
      return CAPTURED;
    });
    expect(report).toEqual({ events: 20, captures: 3, traces: 3, set_aside: 0 });
    expect(visits.sort()).toEqual([
      ['/logs/0.jsonl', 7],
      ['/logs/1.jsonl', 7],
      ['/logs/2.jsonl', 6],
    ]);
  });

  it('looks again after the end of a turn, and keeps the note until then', async () => {
    const home = tempDir();
    const path = spool(home, 'event-1-0', stop('/logs/a.jsonl'));
    const there: boolean[] = [];
    const capture = async (): Promise<VisitResult> => {
      there.push(existsSync(path));
      // What comes in while a second look is due is not kept waiting.
      if (there.length === 1)
        spool(home, 'event-2-0', { hook_event_name: 'x', transcript_path: '/logs/b.jsonl' });
      return CAPTURED;
    };
    expect(await run(home, capture, 300)).toMatchObject({ events: 2, captures: 3 });
    expect(there).toEqual([true, true, true]);
    expect(existsSync(path)).toBe(false);
  });

  it('keeps every note while the bucket takes nothing, and says since when and why', async () => {
    const home = tempDir();
    spool(home, 'event-1-0', stop('/logs/a.jsonl'));
    const locked = new OtError('OT_BUCKET_LOCKED', 'conflict', 'another process writes');
    const fail = (): Promise<never> => Promise.reject(locked);
    await expect(run(home, fail)).rejects.toBe(locked);
    const first = (await readState(home)).failing;
    expect(first).toMatchObject({ code: 'OT_BUCKET_LOCKED', message: 'another process writes' });
    await expect(run(home, fail)).rejects.toBe(locked);
    expect((await readState(home)).failing?.since).toBe(first?.since);
    expect(readdirSync(join(home, 'spool')).sort()).toEqual(['event-1-0', 'state.json']);
    expect(await run(home, async () => CAPTURED)).toMatchObject({ events: 1 });
    expect((await readState(home)).failing).toBeNull();
  });

  it('waits on when the bucket is locked for longer than one wait, and says so meanwhile', async () => {
    const home = tempDir();
    const path = spool(home, 'event-1-0', stop('/logs/a.jsonl'), 60);
    const codes: Array<string | undefined> = [];
    const capture = async (): Promise<VisitResult> => {
      codes.push((await readState(home)).failing?.code);
      expect(existsSync(path)).toBe(true);
      if (codes.length < 3) throw new OtError('OT_BUCKET_LOCKED', 'conflict', 'another process writes');
      return CAPTURED;
    };
    expect(await run(home, capture, 1)).toMatchObject({ events: 1, captures: 1 });
    expect(codes).toEqual([undefined, 'OT_BUCKET_LOCKED', 'OT_BUCKET_LOCKED']);
    expect((await readState(home)).failing).toBeNull();
    expect(existsSync(path)).toBe(false);
  });

  it('sets one poisoned visit aside and goes on with the rest', async () => {
    const home = tempDir();
    spool(home, 'event-1-0', stop('/logs/bad.jsonl'));
    spool(home, 'event-2-0', stop('/logs/good.jsonl'));
    const report = await run(home, async ({ transcript }) => {
      if (transcript === '/logs/bad.jsonl') throw new RangeError('a bug');
      return CAPTURED;
    });
    expect(report).toMatchObject({ events: 1, traces: 1, set_aside: 1 });
    expect(readFileSync(join(home, 'spool', 'aside', 'event-1-0.reason'), 'utf8')).toBe('OT_INTERNAL\n');
  });
});

describe('notes that are not whole, or no good', () => {
  it('waits for a note that its hook is still writing, and a reader does not', async () => {
    const home = tempDir();
    const name = `event-${process.pid}-0`;
    const path = spool(home, name, stop('/logs/a.jsonl'));
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.slice(0, -5));
    expect(await run(home, async () => CAPTURED)).toMatchObject({ events: 0, captures: 0, set_aside: 0 });
    expect(existsSync(path)).toBe(true);
    setTimeout(() => writeFileSync(path, whole), 250);
    expect(await run(home, async () => CAPTURED, 1)).toMatchObject({ events: 1, captures: 1, set_aside: 0 });
  });

  it('sets aside what a hook that was killed has left, once nobody can be writing it', async () => {
    const home = tempDir();
    const gone = spawnSync('true').pid;
    const texts = ['', 'git-ot spool 2\nki', 'git-ot spool 2\nkind agent\nname pi\n\n{"a":'];
    texts.push(
      'git-ot spool 2\nkind git\nname post-rewrite\n\n',
      'git-ot spool 3\nkind agent\nname pi\n\n{}',
    );
    for (const [n, text] of texts.entries()) {
      const path = spool(home, `event-${gone}-${n}`, {});
      writeFileSync(path, text);
      const then = Date.now() / 1000 - (n === 0 ? 1 : 5);
      utimesSync(path, then, then);
    }
    symlinkSync('/nowhere', join(home, 'spool', 'event-link'));
    expect(await run(home, async () => CAPTURED)).toMatchObject({ events: 0, set_aside: 5 });
    expect(existsSync(join(home, 'spool', `event-${gone}-0`))).toBe(true);
    expect(await run(home, async () => CAPTURED, 1)).toMatchObject({ events: 0, set_aside: 1 });
    expect((await listAside(home)).map(({ reason }) => reason).sort()).toEqual([
      'newer_version',
      'not_a_file',
      'not_a_note',
      'not_json',
      'unfinished',
      'unfinished',
    ]);
  });

  it('looks at what the agent of a killed hook did there lately, and at no other', async () => {
    const home = tempDir();
    for (const [n, agent] of ['pi', 'pi', 'claude-code'].entries()) {
      const path = spool(home, `event-${n}`, { hook_event_name: 'x', transcript_path: `/logs/${n}.jsonl` });
      const cwd = n === 1 ? '/elsewhere' : '/w';
      writeFileSync(path, readFileSync(path, 'utf8').replace('name pi\ncwd /w', `name ${agent}\ncwd ${cwd}`));
    }
    await run(home, async ({ transcript }) => ({ outcome: 'captured', traces: 1, log: transcript ?? '' }));
    writeFileSync(
      join(home, 'spool', 'event-killed'),
      'git-ot spool 2\nkind agent\nname pi\ncwd /w\n\n{"sess',
    );
    const seen: Array<string | null> = [];
    const report = await run(home, async ({ transcript }) => {
      seen.push(transcript);
      return CAPTURED;
    });
    expect(seen).toEqual(['/logs/0.jsonl']);
    expect(report).toMatchObject({ captures: 1, set_aside: 1 });
  });

  it('keeps both of two notes of one name that it sets aside', async () => {
    const home = tempDir();
    for (const text of ['one', 'two']) {
      spool(home, 'event-poison', {});
      writeFileSync(join(home, 'spool', 'event-poison'), text);
      await run(home, async () => CAPTURED);
    }
    const kept = (await listAside(home)).map(({ name }) =>
      readFileSync(join(home, 'spool', 'aside', name), 'utf8'),
    );
    expect(kept.sort()).toEqual(['one', 'two']);
  });
});

describe('what drainSpool takes and leaves', () => {
  it.each([{ transcript_path: '/logs/huge.jsonl' }, { session_id: 'ses_huge' }])(
    'lets a session rest that takes long to capture, and folds what comes in meanwhile: %o',
    async (which) => {
      const home = tempDir();
      let clock = Date.now();
      const platform = {
        ...testPlatform(),
        now: () => new Date(clock),
        sleep: async (ms: number) => {
          clock += ms;
        },
      };
      const starts: number[] = [];
      const visits: number[] = [];
      const capture = async ({ events }: Visit): Promise<VisitResult> => {
        starts.push(clock);
        visits.push(events.length);
        clock += 5_000;
        // The agent goes on while it is captured.
        if (starts.length < 4)
          for (let n = 0; n < 3; n += 1)
            spool(home, `event-${starts.length}-${n}`, { hook_event_name: 'x', ...which });
        return CAPTURED;
      };
      spool(home, 'event-0-0', { hook_event_name: 'x', ...which });
      const report = await drainSpool({ home, platform, capture, lookAgainMs: 2_000 });
      expect(report).toEqual({ events: 10, captures: 4, traces: 4, set_aside: 0 });
      expect(visits).toEqual([1, 3, 3, 3]);
      for (let n = 1; n < 4; n += 1) expect(starts[n]! - starts[n - 1]!).toBeGreaterThanOrEqual(25_000);
    },
  );

  it('captures the session again that a commit is about, and no other', async () => {
    const home = tempDir();
    for (const name of ['a', 'b']) {
      const payload = { hook_event_name: 'x', transcript_path: `/logs/${name}.jsonl`, cwd: `/w/${name}` };
      spool(home, `event-${name}-0`, payload);
    }
    await run(home, async () => CAPTURED);
    const path = join(home, 'spool', 'event-c-0');
    writeFileSync(path, 'git-ot spool 1\nkind git\nname post-commit\ncwd /w/b/sub\n\n');
    const seen: Array<string | null> = [];
    const report = await run(home, async ({ transcript }) => {
      seen.push(transcript);
      return CAPTURED;
    });
    expect(seen).toEqual(['/logs/b.jsonl']);
    expect(report).toMatchObject({ events: 1, captures: 1 });
  });

  it('takes in what is spooled while it is about to end', async () => {
    const home = tempDir();
    spool(home, 'event-1-0', stop('/logs/a.jsonl'));
    let sweeps = 0;
    const platform = testPlatform();
    const late = {
      ...platform,
      // The drain asks for its own process when it gives the marker back.
      processStart: (pid: number) => {
        if (!existsSync(join(home, 'spool', 'event-1-0')) && sweeps === 0) {
          sweeps += 1;
          spool(home, 'event-2-0', stop('/logs/b.jsonl'));
        }
        return platform.processStart(pid);
      },
    };
    const report = await drainSpool({ home, platform: late, capture: async () => CAPTURED, lookAgainMs: 0 });
    expect(report.events).toBe(2);
    expect(readdirSync(join(home, 'spool'))).toEqual(['state.json']);
  });

  it('drops the note of a session that its agent keeps no log of', async () => {
    const home = tempDir();
    spool(home, 'event-1-0', { hook_event_name: 'Stop', session_id: 's', transcript_path: null });
    const never = (): Promise<never> => Promise.reject(new Error('there is nothing to capture'));
    expect(await run(home, never)).toEqual({ events: 1, captures: 0, traces: 0, set_aside: 0 });
  });

  it('leaves the marker of another drain that is at work', async () => {
    const home = tempDir();
    spool(home, 'event-1-0', stop('/logs/a.jsonl'));
    const marker = join(home, 'spool', 'drain');
    writeFileSync(marker, `${process.ppid}\n`);
    expect(await run(home, async () => CAPTURED)).toMatchObject({ events: 1 });
    expect(readFileSync(marker, 'utf8')).toBe(`${process.ppid}\n`);
    rmSync(marker);
  });
});
