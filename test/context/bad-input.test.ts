/** Sessions and buckets that are not what they should be: no command fails for them, and what is not known is said. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNode } from '../../src/bucket/context-nodes.ts';
import { windowAt } from '../../src/context/window.ts';
import type { ContextNode } from '../../src/record/context.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { newMachine, ot, runInProcess } from '../support/cli.ts';
import { nodesOf, SESSION } from './truth.ts';

function node(step_index: number, more: Partial<ContextNode> = {}): [number, ContextNode] {
  const base = {
    parent_step: step_index === 1 ? null : step_index - 1,
    branch_type: 'linear',
    enters: 'input',
  } as const;
  return [step_index, { step_index, ...base, tokens: { text: 10 }, ...more }];
}

function stepsAt(nodes: ReadonlyMap<number, ContextNode>, step: number): number[] {
  return windowAt(nodes, step).entries.map((entry) => entry.step);
}

/** Lines of a session in which every entry has these fields too; ids are `u<n>`, from 1. */
function entries(...list: ReadonlyArray<Record<string, unknown>>): Buffer {
  const lines = list.map((fields, at) =>
    JSON.stringify({
      type: 'user',
      uuid: `u${at + 1}`,
      parentUuid: at === 0 ? null : `u${at}`,
      sessionId: SESSION,
      version: '2.1.37',
      cwd: '/home/dev/acme',
      timestamp: `2026-02-03T09:00:${String(at).padStart(2, '0')}.000Z`,
      message: { role: 'user', content: `entry ${at + 1}` },
      ...fields,
    }),
  );
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

describe('nodes', () => {
  it('that go in circles end where they would go back', () => {
    const nodes = new Map([node(1, { parent_step: 3 }), node(2), node(3)]);
    expect(windowAt(nodes, 3).limitations).toEqual(['parent_later']);
    expect(stepsAt(nodes, 3)).toEqual([1, 2, 3]);
  });

  it('whose parent is not there begin a window of their own', () => {
    const nodes = new Map([node(1), node(3), node(4)]);
    expect(windowAt(nodes, 4).limitations).toEqual(['parent_missing']);
    expect(stepsAt(nodes, 4)).toEqual([3, 4]);
    expect(windowAt(nodes, 2)).toMatchObject({ entries: [], limitations: ['context_node_missing'] });
  });
});

describe('a stored node', () => {
  const plain = {
    step_index: 2,
    parent_step: 1,
    branch_type: 'linear',
    enters: 'input',
    tokens: { text: 3 },
  };

  it('is read with fields that nobody knows, and layers', () => {
    const more = { ...plain, later: [1], layers: { system: { 'file/x': { $step: 1, in_window: true } } } };
    expect(decodeNode(JSON.stringify(plain), 'here')).toEqual(plain);
    expect(decodeNode(JSON.stringify(more), 'here')).toEqual(more);
  });

  it.each([
    [{ ...plain, step_index: '2' }],
    [{ ...plain, parent_step: 1.5 }],
    [{ ...plain, branch_type: 'twig' }],
    [{ ...plain, enters: undefined }],
    [{ ...plain, tokens: { text: 'many' } }],
    [{ ...plain, tokens: [3] }],
    [{ ...plain, opens_turn: 1 }],
    [{ ...plain, drops: { before: { keep: [[1]] } } }],
    [[plain]],
    [null],
  ])('is refused when it is none: %j', (value) => {
    expect(() => decodeNode(JSON.stringify(value), 'here')).toThrowError(/^here is damaged/);
  });
});

describe('a Claude Code session', () => {
  it('with a broken chain goes on from the step before, and says so', async () => {
    const nodes = await nodesOf(entries({}, {}, { parentUuid: 'nobody' }, {}));
    expect(stepsAt(nodes, 4)).toEqual([1, 2, 3, 4]);
    expect(windowAt(nodes, 4).limitations).toEqual(['parent_missing']);
    expect(windowAt(nodes, 2).limitations).toEqual([]);
  });

  it('that begins in the middle of a conversation says so, until a compaction', async () => {
    const cut = { parentUuid: 'elsewhere' };
    const timing = { type: 'system', subtype: 'turn_duration', durationMs: 5 };
    const boundary = { type: 'system', subtype: 'compact_boundary', content: 'compacted', parentUuid: null };
    for (const first of [cut, { ...timing, ...cut }]) {
      const nodes = await nodesOf(entries(first, timing, {}, {}, boundary, { isCompactSummary: true }, {}));
      const [last, summary] = [nodes.size, nodes.size - 1];
      expect(windowAt(nodes, 1).limitations).toEqual(['parent_missing']);
      expect(windowAt(nodes, last - 3).limitations).toEqual(['parent_missing']);
      expect(windowAt(nodes, last)).toMatchObject({ limitations: [], compactedAt: summary - 1 });
    }
    const own = await nodesOf(entries(timing, {}, {}));
    expect(windowAt(own, 2).limitations).toEqual([]);
  });

  it('with a cycle has a chain without one', async () => {
    const nodes = await nodesOf(entries({ parentUuid: 'u3' }, {}, {}));
    expect([...nodes.values()].every(({ step_index, parent_step }) => (parent_step ?? 0) < step_index)).toBe(
      true,
    );
    expect(stepsAt(nodes, 3)).toEqual([1, 2, 3]);
  });

  it('with a uuid twice follows the first', async () => {
    const again = { uuid: 'u1', message: { role: 'user', content: 'another' } };
    const nodes = await nodesOf(entries({}, {}, again, { parentUuid: 'u1' }));
    expect(stepsAt(nodes, 4)).toEqual([1, 4]);
  });

  it('with another one in its file has a window for each', async () => {
    const other = '99999999-2222-4333-8444-555555555555';
    const nodes = await nodesOf(
      entries({}, {}, { sessionId: other, parentUuid: null }, { sessionId: other }),
    );
    expect(stepsAt(nodes, 2)).toEqual([1, 2]);
    expect(stepsAt(nodes, 4)).toEqual([3, 4]);
    expect(nodes.get(3)?.branch_type).toBe('root');
  });

  it('with a summary and no boundary is compacted all the same', async () => {
    const nodes = await nodesOf(entries({}, {}, { isCompactSummary: true }, {}));
    expect(stepsAt(nodes, 4)).toEqual([3, 4]);
    expect(nodes.get(3)?.branch_type).toBe('compaction_fork');
    expect(windowAt(nodes, 4).limitations).toEqual(['boundary_missing']);
    expect(windowAt(nodes, 2).limitations).toEqual([]);
  });

  it('with ids longer than a text may be is read like any other', async () => {
    const long = (letter: string): string => letter.repeat(70_000);
    const use = (id: string): object => ({ type: 'tool_use', id, name: long('n'), input: {} });
    const content = [use(`${long('c')}1`), use(`${long('c')}2`)];
    const message = { id: long('m'), role: 'assistant', model: long('o'), content };
    const result = [{ type: 'tool_result', tool_use_id: `${long('c')}2`, content: 'a result' }];
    const bytes = entries(
      {},
      { uuid: long('u') },
      { type: 'assistant', parentUuid: long('u'), message },
      { message: { role: 'user', content: result } },
      {},
    );
    const nodes = await nodesOf(bytes);
    expect(stepsAt(nodes, 4)).toEqual([1, 2, 3, 4]);
    expect(nodes.get(3)?.tokens?.results).toBe(2);
    const machine = newMachine();
    const path = join(machine.cwd, `${SESSION}.jsonl`);
    writeFileSync(path, bytes);
    expect((await runInProcess(['capture', path], { machine })).code).toBe(0);
    const { traces } = (await ot(machine, 'trace', 'list')).reply;
    const { steps } = (await ot(machine, 'trace', 'get', `${traces[0].trace_id}:3`)).reply;
    const [step] = steps;
    const [first, second] = step.tool_calls;
    expect(first.tool_call_id).not.toBe(second.tool_call_id);
    expect(step.observations).toContainEqual({ source_call_id: second.tool_call_id, content: 'a result' });
  });

  it('that names tools as our own keys are named stays inside its layer', async () => {
    const use = { type: 'tool_use', id: 'call_1', name: '__proto__', input: {} };
    const message = { id: 'm', role: 'assistant', model: 'claude-opus-4-1', content: [use] };
    const nodes = await nodesOf(entries({}, { type: 'assistant', message }));
    expect(Object.keys(nodes.get(2)?.layers?.tool_registry ?? {})).toEqual(['tool/__proto__']);
  });
});

it('what is wrong with a session is said by its tree and its resume packet', async () => {
  const machine = newMachine();
  const path = join(machine.cwd, `${SESSION}.jsonl`);
  const other = '99999999-2222-4333-8444-555555555555';
  const again = { uuid: 'u1', message: { role: 'user', content: 'another' } };
  const torn = Buffer.concat([
    entries({}, again, { parentUuid: 'nobody' }, { sessionId: other }, { isCompactSummary: true }),
    Buffer.from('{"type":"user","uu'),
  ]);
  writeFileSync(path, torn);
  await ot(machine, 'capture', path);
  const [{ trace_id }] = (await ot(machine, 'trace', 'list')).reply.traces;
  const { capture_limitations } = (await ot(machine, 'ctx', 'tree', trace_id)).reply;
  const told = [
    'another_session',
    'boundary_missing',
    'duplicate_uuid',
    'parent_missing',
    'truncated_last_line',
  ];
  expect([...capture_limitations].sort()).toEqual(told);
  const packet = (await ot(machine, 'ctx', 'resume', `${trace_id}:last`)).reply;
  expect(packet.capture_limitations).toEqual(
    expect.arrayContaining(['another_session', 'boundary_missing', 'truncated_last_line']),
  );
});

describe('a sub-agent whose log is missing', () => {
  it('is named by the step that started it', async () => {
    const session = new SessionText().user('start').call('Task', { prompt: 'look' });
    session.result('call_1', 'done', { agentId: 'a1b2c3d', status: 'completed' });
    const nodes = await nodesOf(session.bytes());
    expect(nodes.get(2)?.forks).toHaveLength(1);
    const machine = newMachine();
    await runInProcess(['capture', writeSession(session)], { machine });
    const { traces } = JSON.parse((await runInProcess(['trace', 'list', '--json'], { machine })).stdout);
    const id = traces[0].trace_id;
    const tree = JSON.parse((await runInProcess(['ctx', 'tree', id, '--json'], { machine })).stdout);
    expect(tree.subagent_trace_ids).toEqual(nodes.get(2)?.forks);
    const child = await runInProcess(['ctx', 'tree', tree.subagent_trace_ids[0], '--json'], { machine });
    expect(child.code).toBe(6);
    expect(tree.capture_limitations).toEqual(['subagent_session_unreachable']);
  });
});

it('sub-agents that start each other are trees of their own', async () => {
  const machine = newMachine();
  const log = (agentId: string, starts: string): SessionText => {
    const session = new SessionText(SESSION, { isSidechain: true, agentId });
    session.user('look').call('Task', { prompt: 'look' });
    return session.result('call_1', 'done', { agentId: starts, status: 'completed' });
  };
  const main = new SessionText(SESSION).user('start').call('Task', { prompt: 'look' });
  main.result('call_1', 'done', { agentId: 'aaaaaaa', status: 'completed' });
  const folder = dirname(writeSession(main));
  for (const [own, other] of [
    ['aaaaaaa', 'bbbbbbb'],
    ['bbbbbbb', 'aaaaaaa'],
  ] as const) {
    writeSession(log(own, other), { folder, name: `${SESSION}/subagents/agent-${own}.jsonl` });
  }
  expect((await ot(machine, 'capture', folder)).reply.totals.captured).toBe(3);
  let [id] = (await ot(machine, 'trace', 'list')).reply.traces.map(
    ({ trace_id }: { trace_id: string }) => trace_id,
  );
  const met: string[] = [];
  for (let hop = 0; hop < 4; hop += 1) {
    const { code, reply } = await ot(machine, 'ctx', 'tree', id);
    expect(code).toBe(0);
    expect(reply.nodes[0].branch_type).toBe(hop === 0 ? 'root' : 'subagent_fork');
    [id] = reply.subagent_trace_ids;
    met.push(id);
  }
  expect(met[2]).toBe(met[0]);
  expect(met[3]).toBe(met[1]);
  expect((await ot(machine, 'bucket', 'verify', '--full')).reply.findings).toEqual([]);
});

describe('texts that are not here', () => {
  it('are said, and with --offline end the command with 4', async () => {
    const machine = newMachine();
    const session = new SessionText().user('start').say('an answer').user('go on').say('done');
    await runInProcess(['capture', writeSession(session)], { machine });
    const { traces } = JSON.parse((await runInProcess(['trace', 'list', '--json'], { machine })).stdout);
    const id = traces[0].trace_id;
    removeObject(join(machine.otHome, 'bucket.git'), '/steps/00001');
    const known = await runInProcess(['ctx', 'step', id, '4', '--offline', '--json'], { machine });
    expect(known.code).toBe(0);
    const full = await runInProcess(['ctx', 'step', id, '4', '--full', '--json'], { machine });
    expect(full.code).toBe(0);
    expect(JSON.parse(full.stdout).capture_limitations).toContain('context_layer_unavailable');
    const offline = await runInProcess(['ctx', 'step', id, '4', '--full', '--offline', '--json'], {
      machine,
    });
    expect(offline.code).toBe(4);
    expect(JSON.parse(offline.stdout)).toMatchObject({
      error: { code: 'OT_BLOB_MISSING_OFFLINE' },
      limitations: ['blob_missing_offline'],
    });
    expect((await runInProcess(['ctx', 'resume', `${id}:4`, '--offline'], { machine })).code).toBe(4);
    expect((await runInProcess(['ctx', 'step', id, '4', '--tokens'], { machine })).code).toBe(0);
  });

  it('and nodes that are not here, too', async () => {
    const machine = newMachine();
    await runInProcess(['capture', writeSession(new SessionText().user('start').say('an answer'))], {
      machine,
    });
    const { traces } = JSON.parse((await runInProcess(['trace', 'list', '--json'], { machine })).stdout);
    removeObject(join(machine.otHome, 'bucket.git'), '/context/00001');
    const { code, stdout } = await runInProcess(['ctx', 'step', traces[0].trace_id, '1', '--json'], {
      machine,
    });
    expect(code).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'OT_CONTEXT_NOT_CAPTURED' } });
    const verify = await runInProcess(['bucket', 'verify', '--full', '--json'], { machine });
    expect(verify.code).toBe(5);
  });
});

/** Takes the loose object of a file away. */
function removeObject(gitDir: string, path: string): void {
  const git = (...args: string[]): string =>
    execFileSync('git', [`--git-dir=${gitDir}`, ...args], { encoding: 'utf8' }).trim();
  const [ref] = git('for-each-ref', '--format=%(refname)', 'refs/opentraces/lanes').split('\n');
  const line = git('ls-tree', '-r', ref!)
    .split('\n')
    .find((entry) => entry.includes(path))!;
  const oid = /\b[0-9a-f]{40,64}\b/.exec(line)![0];
  rmSync(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2)), { force: true });
}
