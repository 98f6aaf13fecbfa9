/** Sessions that were there before: which of them `init --import-existing` and `capture --all` take, for every agent. */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AGENTS, placeLog } from '../support/agent-logs.ts';
import { type Machine, newMachine, ot } from '../support/cli.ts';
import { emptyRepository } from '../support/repository.ts';

describe('init --import-existing', () => {
  it.each(AGENTS)('imports the session that %s had here, and no other', async (agent) => {
    const at = emptyRepository();
    const here = realpathSync(at.cwd);
    mkdirSync(join(here, 'sub'));
    await placeLog(at.home, agent, join(here, agent === 'gemini-cli' ? '' : 'sub'));
    const log = await placeLog(at.home, agent === 'pi' ? 'codex-cli' : 'pi', `${here}-other`);
    const { reply } = await ot(at, 'init', '--import-existing');
    expect(reply.init).toMatchObject({ enabled: true, imported: { captured: 1, failed: 0 } });
    const { traces } = (await ot(at, 'trace', 'list')).reply;
    expect(traces).toMatchObject([{ agent, project: { name: 'work' } }]);
    expect((await ot(at, 'init', '--import-existing', '--agent', agent)).reply.init.imported.captured).toBe(
      1,
    );
    const other = agent === 'claude-code' ? 'codex-cli' : 'claude-code';
    expect((await ot(at, 'init', '--import-existing', '--agent', other)).reply.init.imported.captured).toBe(
      0,
    );
    expect(await ot(at, 'capture', log)).toMatchObject({ code: 0 });
    expect(await ot(at, 'bucket', 'verify')).toMatchObject({ code: 0 });
  });

  it('imports what linked work trees had, too', async () => {
    const at = emptyRepository();
    at.git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-q', '--allow-empty', '-m', 'one');
    at.git('worktree', 'add', '-q', '../side');
    await placeLog(at.home, 'codex-cli', realpathSync(join(at.home, 'side')));
    expect((await ot(at, 'init', '--import-existing')).reply.init.imported.captured).toBe(1);
    expect(await ot(at, 'init', '--exclude', '--import-existing')).toMatchObject({ code: 2 });
  });
});

describe('capture --all', () => {
  it('what is left out comes in with no folder, only by its own name', async () => {
    const at = emptyRepository();
    const here = realpathSync(at.cwd);
    await ot(at, 'init', '--exclude');
    const paths = await Promise.all(AGENTS.map((agent) => placeLog(at.home, agent, here)));
    const { reply } = await ot(at, 'capture', '--all');
    // A digest of its folder is all that Gemini CLI tells.
    expect(
      reply.traces.map(({ status, agent }: { status: string; agent?: string }) => agent ?? status).sort(),
    ).toEqual(['gemini-cli', ...Array.from({ length: 5 }, () => 'skipped')]);
    expect(await ot(at, 'capture', paths[0]!)).toMatchObject({ code: 0, reply: { totals: { captured: 1 } } });
  });
});

/** What a hook of the agent notes, taken in at once. */
async function tell(machine: Machine, agent: string, path: string, id: string): Promise<void> {
  const payload = agent === 'opencode' ? { session_id: id } : { transcript_path: path };
  const head = `git-ot spool 1\nkind agent\nname ${agent}\nevent UserPromptSubmit\ncwd ${machine.cwd}\n\n`;
  mkdirSync(join(machine.otHome, 'spool'), { recursive: true });
  writeFileSync(join(machine.otHome, 'spool', 'event-1-0'), head + JSON.stringify(payload));
  expect((await ot(machine, 'capture', 'drain')).reply.drain).toMatchObject({ events: 1, set_aside: 0 });
}

const tracesOf = async (machine: Machine): Promise<{ session_id: string }[]> =>
  (await ot(machine, 'trace', 'list')).reply.traces;

describe.each(AGENTS)('a do-not-save mark on a session of %s', (agent) => {
  it('holds for hooks and folders until it is taken off', async () => {
    const other = newMachine();
    await ot(other, 'capture', await placeLog(other.home, agent));
    const id = (await tracesOf(other))[0]!.session_id;
    const machine = newMachine();
    const path = await placeLog(machine.home, agent);
    expect(await ot(machine, 'pause', '--session', id)).toMatchObject({ code: 0 });
    expect((await ot(machine, 'status')).reply.left_out).toEqual([id]);
    await tell(machine, agent, path, id);
    expect(await tracesOf(machine)).toEqual([]);
    const left = (await ot(machine, 'capture', '--all')).reply;
    expect(left).toMatchObject({
      totals: { captured: 0, skipped: 1 },
      traces: [{ code: 'OT_SESSION_LEFT_OUT' }],
    });
    await ot(machine, 'resume', '--session', id);
    await tell(machine, agent, path, id);
    expect(await tracesOf(machine)).toHaveLength(1);
    expect(await ot(machine, 'bucket', 'verify')).toMatchObject({ code: 0 });
  });
});
