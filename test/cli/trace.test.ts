/** The trace commands over a bucket of our fixtures, in process. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { agentHint } from '../../src/cli/agent-hint.ts';
import { conversation, SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, ROOT, recordedIo, runInProcess } from '../support/cli.ts';

const FIXTURES = join(ROOT, 'fixtures', 'sessions', 'claude-code');
const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';

let machine: Machine;

// biome-ignore lint/suspicious/noExplicitAny: documents are looked at key by key
type Document = any;

async function json(argv: readonly string[], on: Machine = machine): Promise<Document> {
  const { stdout } = await runInProcess([...argv, '--json'], { machine: on });
  return JSON.parse(stdout);
}

beforeAll(async () => {
  machine = newMachine();
  const { code } = await runInProcess(['capture', FIXTURES], { machine });
  expect(code).toBe(0);
});

describe('capture', () => {
  it('suggests the session, not the sub-agent that is read before it', async () => {
    const on = newMachine();
    const id = '11111111-2222-4333-8444-555555555555';
    const sub = new SessionText(id, { isSidechain: true, agentId: 'a1b2c3d' })
      .user('look around')
      .say('done');
    writeSession(sub, { folder: on.cwd, name: `${id}/subagents/agent-a1b2c3d.jsonl` });
    writeSession(conversation(1, id), { folder: on.cwd });
    for (const status of ['captured', 'unchanged']) {
      const { traces, next_steps } = await json(['capture', '.'], on);
      expect(traces.map((row: Document) => [row.status, row.subagent])).toEqual([
        [status, true],
        [status, undefined],
      ]);
      expect(next_steps).toContain(`git ot trace get ${traces[1].trace_id}`);
    }
  });
});

describe('trace list', () => {
  it('pages through all traces, newest first, each once', async () => {
    const all = await json(['trace', 'list', '--limit', '1000']);
    expect(all.next_cursor).toBeNull();
    const seen: Document[] = [];
    let cursor: string[] = [];
    for (;;) {
      const page = await json(['trace', 'list', '--limit', '3', ...cursor]);
      seen.push(...page.traces);
      if (page.next_cursor === null) break;
      cursor = ['--cursor', page.next_cursor];
    }
    expect(seen).toEqual(all.traces);
    const times = seen.map((row) => row.timestamp_start ?? '');
    expect(times).toEqual([...times].sort().reverse());
    expect((await json(['trace', 'list', '--cursor', 'x'])).error.code).toBe('OT_BAD_CURSOR');
  });

  it('leaves sub-agents out unless asked', async () => {
    const without = await json(['trace', 'list']);
    const all = await json(['trace', 'list', '--subagents']);
    expect(without.traces.every((row: Document) => row.parent_trace_id === undefined)).toBe(true);
    expect(all.total).toBeGreaterThan(without.total);
    expect((await json(['bucket', 'status'])).bucket.traces).toBe(all.total);
  });

  it('filters by project, agent and time', async () => {
    const total = async (...argv: string[]): Promise<number> =>
      (await json(['trace', 'list', ...argv])).total;
    const all = await total();
    const [first] = (await json(['trace', 'list'])).traces;
    expect(await total('--project', first.project.id)).toBe(await total('--project', first.project.name));
    expect(await total('--project', 'nobody')).toBe(0);
    expect(await total('--agent', 'claude-code')).toBe(all);
    expect(await total('--agent', 'pi')).toBe(0);
    expect((await total('--since', '2026-02-01')) + (await total('--until', '2026-01-31'))).toBe(all);
    expect(await total('--since', '2100-01-01')).toBe(0);
    const day = first.timestamp_start.slice(0, 10);
    const before = (await json(['trace', 'list', '--until', `${day}T00:00`, '--limit', '1000'])).traces;
    const through = (await json(['trace', 'list', '--until', day, '--limit', '1000'])).traces;
    expect(before.map((row: Document) => row.trace_id)).not.toContain(first.trace_id);
    expect(through.map((row: Document) => row.trace_id)).toContain(first.trace_id);
    const searched = await json(['trace', 'query', '--since', day, '--until', day, '--limit', '100']);
    expect(searched.candidates.map((hit: Document) => hit.trace_id)).toContain(first.trace_id);
    for (const verb of ['list', 'query']) {
      const { error } = await json(['trace', verb, '--since', '1d', '--until', '7d']);
      expect(error).toMatchObject({ code: 'OT_BAD_VALUE' });
    }
  });
});

describe('an agent that no trace is of', () => {
  it.each(['list', 'query'])('trace %s names the agents that there are', async (verb) => {
    const { next_steps, total } = await json(['trace', verb, '--agent', 'pi']);
    expect([total, next_steps]).toEqual([0, [`git ot trace ${verb} --agent claude-code`]]);
    const { stderr } = await runInProcess(['trace', verb, '--agent', 'pi'], { machine });
    expect(stderr).toContain("note: no trace is of agent 'pi'; there are: claude-code\n");
    const none = await runInProcess(['trace', verb, '--agent', 'claude-code', '--since', '2100-01-01'], {
      machine,
    });
    expect(none).toMatchObject({ code: 0, stderr: '' });
    const unknown = await runInProcess(['trace', verb, '--agent', 'claude'], { machine });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(
      /--agent does not take 'claude'.*\nhint: give one of: claude-code, codex-cli, /,
    );
  });

  it('takes no name for a suggestion that a pulled row made up', () => {
    expect(agentHint('x', 'opencode', ['pi', 'a; reboot', '--all'])).toEqual({
      notes: "note: no trace is of agent 'opencode'; there are: pi\n",
      nextSteps: ['x --agent pi'],
    });
    expect(agentHint('x', 'opencode', [])).toEqual({});
    expect(agentHint('x', 'newer-agent', ['newer-agent'])).toEqual({});
  });
});

describe('trace get', () => {
  it('gives the whole record, or some of its steps', async () => {
    const { trace } = await json(['trace', 'get', TRACE.slice(0, 8)]);
    expect(trace).toMatchObject({
      trace_id: TRACE,
      agent: { name: 'claude-code' },
      metrics: { total_steps: 19 },
    });
    expect(trace.steps.map((step: Document) => step.step_index)).toEqual(
      Array.from({ length: 19 }, (_, i) => i + 1),
    );
    const some = await json(['trace', 'get', `${TRACE}:3-5`]);
    expect(some).toMatchObject({ trace_id: TRACE, steps: trace.steps.slice(2, 5) });
    expect((await json(['trace', 'get', `${TRACE}:last`])).steps).toEqual(trace.steps.slice(-1));
    expect((await json(['trace', 'get', `${TRACE}:18-99`])).steps).toEqual(trace.steps.slice(-2));
  });

  it('shows every text of a step, and nothing a terminal would act on', async () => {
    const io = recordedIo({ terminal: true });
    await runInProcess(['trace', 'get', TRACE, '--no-color'], { machine, io });
    const { trace } = await json(['trace', 'get', TRACE]);
    for (const { content, reasoning_content, tool_calls } of trace.steps) {
      for (const text of [content, reasoning_content]) {
        for (const line of (text ?? '').split('\n')) expect(io.stdout()).toContain(line.trimEnd());
      }
      for (const call of tool_calls) expect(io.stdout()).toContain(`> ${call.tool_name}`);
    }
    expect(io.stdout()).not.toContain('\u001b');
  });
});

describe('trace source', () => {
  it('writes back every captured file, byte for byte', async () => {
    const { traces } = await json(['trace', 'list', '--subagents', '--limit', '1000']);
    const files = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(FIXTURES, name),
    );
    const contents = files.filter((path) => /\.jsonl?$/.test(path)).map((path) => readFileSync(path));
    for (const { trace_id } of traces) {
      const { sources } = await json(['trace', 'source', trace_id]);
      const io = recordedIo();
      expect((await runInProcess(['trace', 'source', trace_id, '--source', '0'], { machine, io })).code).toBe(
        0,
      );
      const bytes = io.bytes();
      expect(bytes.length).toBe(sources[0].bytes);
      if (sources[0].kind === 'session-log')
        expect(
          contents.some((content) => content.equals(bytes)),
          trace_id,
        ).toBe(true);
    }
  });

  it('writes new files only', async () => {
    const out = join(machine.cwd, 'restored');
    expect((await json(['trace', 'source', TRACE, '--out', out])).error.code).toBe('OT_OUT_UNWRITABLE');
    mkdirSync(out);
    const { sources } = await json(['trace', 'source', TRACE, '--out', 'restored']);
    expect(sources).toEqual([{ source: 0, path: join(out, 'input.jsonl'), bytes: expect.any(Number) }]);
    expect(readFileSync(sources[0].path)).toEqual(readFileSync(join(FIXTURES, 'basic', 'input.jsonl')));
    writeFileSync(sources[0].path, 'mine');
    expect((await json(['trace', 'source', TRACE, '--out', out])).error.code).toBe('OT_OUT_EXISTS');
    expect(readFileSync(sources[0].path, 'utf8')).toBe('mine');
  });

  it('asks which one when there are several', async () => {
    const on = newMachine();
    const text = readFileSync(join(FIXTURES, 'basic', 'input.jsonl'), 'utf8');
    const lines = text.split('\n');
    const first = join(on.cwd, 'a', '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914.jsonl');
    const second = join(on.cwd, 'b', '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914.jsonl');
    for (const path of [first, second]) mkdirSync(join(path, '..'));
    writeFileSync(first, text);
    writeFileSync(second, [...lines.slice(0, 10), ...lines.slice(12)].join('\n'));
    await runInProcess(['capture', first], { machine: on });
    const { traces } = await json(['capture', second], on);
    expect(traces[0].status).toBe('new_source');
    const asked = await runInProcess(['trace', 'source', TRACE], { machine: on });
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain('[OT_SOURCE_AMBIGUOUS]');
    const io = recordedIo();
    await runInProcess(['trace', 'source', TRACE, '--source', '1'], { machine: on, io });
    expect(io.bytes()).toEqual(readFileSync(second));
    const { sources } = await json(['trace', 'source', TRACE, '--out', '.'], on);
    expect(sources.map(({ path }: Document) => existsSync(path))).toEqual([true, true]);
    expect(new Set(sources.map(({ path }: Document) => path)).size).toBe(2);
  });
});
