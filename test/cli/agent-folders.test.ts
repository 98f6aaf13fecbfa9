/** Where agents keep their sessions: `capture --all` finds them there, and where a variable says so. */
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { fixture, writeDatabase, writeStorage } from '../capture/opencode/stores.ts';
import { newMachine, ROOT, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';

const SESSIONS = join(ROOT, 'fixtures', 'sessions');

interface Row {
  readonly status: string;
  readonly agent?: string;
}

async function captureAll(machine: ReturnType<typeof newMachine>, env = {}): Promise<string[]> {
  const { stdout } = await runInProcess(['capture', '--all', '--json'], { machine, env });
  const { traces } = JSON.parse(stdout) as { traces: Row[] };
  return traces.filter(({ status }) => status === 'captured').map(({ agent }) => agent ?? 'none');
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

it('finds the sessions of every agent below the home of the user', async () => {
  const machine = newMachine();
  const home = machine.env.HOME ?? '';
  const places = [
    ['claude-code/basic/input.jsonl', '.claude/projects/-home-dev/input.jsonl'],
    ['codex-cli', '.codex/sessions/2026/01'],
    ['pi/tree-v3/input.jsonl', '.pi/agent/sessions/acme/one.jsonl'],
    ['gemini-cli/document/input.json', '.gemini/tmp/abc/chats/session-1.json'],
    ['copilot-cli', '.copilot/session-state'],
  ] as const;
  for (const [from, to] of places) copy(join(SESSIONS, from), join(home, to));
  copy(await writeDatabase(fixture('rows/input.jsonl')), join(home, '.local/share/opencode/opencode.db'));
  const found = new Set(await captureAll(machine));
  expect([...found].sort()).toEqual(
    ['claude-code', 'codex-cli', 'copilot-cli', 'gemini-cli', 'opencode', 'pi'].sort(),
  );
});

it('follows the variables that move them', async () => {
  const [pi, data] = [tempDir('git-ot-pi-'), writeStorage(fixture('files/input.jsonl'))];
  copy(join(SESSIONS, 'pi/list-v1/input.jsonl'), join(pi, 'sessions/acme/one.jsonl'));
  copy(join(data, 'storage'), join(data, 'opencode/storage'));
  const env = { PI_CODING_AGENT_DIR: pi, XDG_DATA_HOME: data };
  expect((await captureAll(newMachine(), env)).sort()).toEqual(['opencode', 'pi']);
});
