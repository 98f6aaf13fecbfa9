/** Sessions that grew and no hook told of: how `status` sees them for every agent, and what settles it. */
import { appendFileSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missedLogs } from '../../src/capture/live/missed.ts';
import { AGENTS, placeLog, touchDatabase } from '../support/agent-logs.ts';
import { type Machine, newMachine, ot } from '../support/cli.ts';

const HOUR = 3_600_000;

/** Makes a log, or what a database tells, as old as that many hours. */
async function age(path: string, hours: number): Promise<void> {
  const time = Date.now() - hours * HOUR;
  if (path.endsWith('.db')) await touchDatabase(path, time);
  else utimesSync(path, time / 1000, time / 1000);
}

/** A machine whose hooks are five hours old. */
async function machineWith(...agents: string[]): Promise<Machine> {
  const machine = newMachine();
  for (const agent of agents) {
    const { reply } = await ot(machine, 'setup', agent);
    for (const { path } of reply.setup.changes) utimesSync(path, new Date(), new Date(Date.now() - 5 * HOUR));
  }
  return machine;
}

/** What a hook notes, taken in at once. */
async function tell(machine: Machine, agent: string, payload: object): Promise<void> {
  mkdirSync(join(machine.otHome, 'spool'), { recursive: true });
  const head = `git-ot spool 1\nkind agent\nname ${agent}\ncwd /w\n\n`;
  writeFileSync(join(machine.otHome, 'spool', 'event-1-0'), head + JSON.stringify(payload));
  expect((await ot(machine, 'capture', 'drain')).reply).toMatchObject({ drain: { events: 1, set_aside: 0 } });
}

const captureOf = async (machine: Machine) => (await ot(machine, 'status')).reply.capture;

describe.each(AGENTS)('a session of %s', (agent) => {
  it('is missed when it grew and no hook told of it, until everything is captured', async () => {
    const machine = await machineWith(agent);
    const path = await placeLog(machine.home, agent);
    await age(path, 6);
    expect(await captureOf(machine)).toBe('on');
    await age(path, 2);
    const { reply } = await ot(machine, 'status');
    expect(reply).toMatchObject({ status: 'needs_action', capture: 'missed' });
    expect(reply.reason).toContain(agent);
    expect(Math.abs(Date.parse(reply.since) - (Date.now() - 2 * HOUR))).toBeLessThan(60_000);
    const { findings } = (await ot(machine, 'doctor')).reply;
    expect(findings).toMatchObject([{ code: 'capture_missed', path: agent, fix: 'git ot capture --all' }]);
    expect(await ot(machine, 'capture', '--all')).toMatchObject({ code: 0 });
    expect(await captureOf(machine)).toBe('on');
  });
});

describe('a session that hooks told of', () => {
  it('is not missed, and is again once it grows without them', async () => {
    const machine = await machineWith('claude-code', 'codex-cli');
    const path = await placeLog(machine.home, 'claude-code');
    await tell(machine, 'claude-code', { hook_event_name: 'Stop', transcript_path: path });
    expect(await captureOf(machine)).toBe('on');
    // Codex runs no hook: that another agent's hooks work hides nothing.
    const silent = await placeLog(machine.home, 'codex-cli');
    await age(silent, 1);
    expect((await ot(machine, 'status')).reply).toMatchObject({
      capture: 'missed',
      agents: [
        { agent: 'claude-code', missed: null },
        { agent: 'codex-cli', missed: { sessions: 1 } },
        {},
        {},
        {},
        {},
      ],
    });
  });

  it('is not missed when it is left out', async () => {
    const machine = await machineWith('claude-code');
    const path = await placeLog(machine.home, 'claude-code');
    await age(path, 2);
    await ot(machine, 'pause', '--session', '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914');
    await tell(machine, 'claude-code', { hook_event_name: 'Stop', transcript_path: path });
    expect((await ot(machine, 'status')).reply).toMatchObject({ capture: 'on', bucket: { traces: 0 } });
  });

  it('is not missed when a folder was captured by hand, or capture was paused', async () => {
    const machine = await machineWith('claude-code');
    const path = await placeLog(machine.home, 'claude-code');
    await age(path, 2);
    await ot(machine, 'pause');
    await ot(machine, 'resume');
    expect(await captureOf(machine)).toBe('on');
    const other = await machineWith('claude-code');
    await age(await placeLog(other.home, 'claude-code'), 2);
    // The cache of captured files trusts a file that has not changed for two seconds.
    const log = join(other.home, '.claude');
    while (Date.now() - statSync(join(log, 'projects')).ctimeMs < 2_200)
      await new Promise((r) => setTimeout(r, 100));
    await ot(other, 'capture', log);
    expect(await captureOf(other)).toBe('on');
  });
});

describe('a sub-agent of Claude Code', () => {
  it.each([
    ['beside the log of its session', 'agent-a1b2c3d4.jsonl', 'on'],
    ['of another session beside the log', 'agent-b1b2c3d4.jsonl', 'missed'],
    [
      'in the folder of its session',
      '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914/subagents/agent-a1b2c3d4.jsonl',
      'on',
    ],
  ])('%s', async (_case, name, expected) => {
    const machine = await machineWith('claude-code');
    const path = await placeLog(machine.home, 'claude-code');
    const log = join(dirname(path), name);
    mkdirSync(dirname(log), { recursive: true });
    const line = {
      type: 'user',
      isSidechain: true,
      agentId: 'a1b2c3d4',
      message: { role: 'user', content: 'go' },
    };
    const more = {
      sessionId: name.startsWith('agent-b') ? 'another' : '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914',
      uuid: 'u1',
      timestamp: '2026-02-03T09:20:00Z',
    };
    writeFileSync(log, `${JSON.stringify({ ...line, ...more, cwd: '/w', version: '2.0.1' })}\n`);
    await age(log, 2);
    await tell(machine, 'claude-code', { hook_event_name: 'Stop', transcript_path: path });
    expect(await captureOf(machine)).toBe(expected);
    expect(await ot(machine, 'capture', '--all')).toMatchObject({ code: 0 });
    expect(await captureOf(machine)).toBe('on');
  });
});

describe('missedLogs', () => {
  const now = Date.parse('2026-02-03T12:00:00Z');
  const at = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
  const log = (minutes: number) => [{ path: '/a/b/c.jsonl', changed: now - minutes * 60_000 }];
  const session = (minutes: number, open: boolean) => ({
    agent: 'x',
    transcript: '/other/way/b/c.jsonl',
    cwd: null,
    at: at(minutes),
    open,
  });
  const missed = (
    grown: number,
    heard: number | null,
    open = false,
    settled: string | null = null,
  ): boolean => {
    const sessions = heard === null ? [] : [session(heard, open)];
    const state = { drained_at: null, failing: null, sessions, settled_at: settled };
    return missedLogs(log(grown), { state, since: now - 600 * 60_000, now }).length === 1;
  };

  it.each([
    ['older than the hooks', 601, null, false, false],
    ['never heard of', 30, null, false, true],
    ['never heard of, at work', 10, null, false, false],
    ['heard of since', 30, 20, false, false],
    ['grown since', 30, 40, false, true],
    ['grown since, its turn not over', 30, 40, true, false],
    ['grown since, its turn not over for long', 70, 80, true, true],
  ])('a log %s', (_case, grown, heard, open, expected) => {
    expect(missed(grown, heard, open)).toBe(expected);
    expect(missed(grown, heard, open, at(5))).toBe(false);
  });
});

it('counts a log that no longer has room among those heard of as settled', async () => {
  const { readState, writeState } = await import('../../src/capture/live/state.ts');
  const { testPlatform } = await import('../support/platform.ts');
  const { otHome } = newMachine();
  mkdirSync(otHome, { recursive: true });
  const sessions = Array.from({ length: 300 }, (_, n) => ({
    agent: 'pi',
    transcript: `/w/${n}.jsonl`,
    cwd: null,
    at: new Date(Date.UTC(2026, 1, 3, 0, n)).toISOString(),
  }));
  await writeState(otHome, testPlatform(), { drained_at: null, failing: null, sessions });
  const state = await readState(otHome);
  expect(state.sessions).toHaveLength(256);
  expect(state.settled_at).toBe(sessions[43]!.at);
});

it('takes a log that shrinks to nothing for none', async () => {
  const machine = await machineWith('opencode');
  const folder = join(machine.home, '.local', 'share', 'opencode');
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, 'opencode.db'), 'no database');
  expect(await captureOf(machine)).toBe('on');
});
