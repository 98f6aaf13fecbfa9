/** The `ctx` commands on a session of the fixtures: documents, texts and refusals. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Machine, newMachine, ROOT, runInProcess } from '../support/cli.ts';

const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';
let machine: Machine;

async function ask(...argv: string[]) {
  const { code, stdout } = await runInProcess(['ctx', ...argv, '--json'], { machine });
  return { code, document: JSON.parse(stdout) };
}

beforeAll(async () => {
  machine = newMachine();
  const { code } = await runInProcess(['capture', join(ROOT, 'fixtures', 'sessions', 'claude-code')], {
    machine,
  });
  expect(code).toBe(0);
});

describe('ctx step', () => {
  it('gives the four layers of a step, each with how much of it is known', async () => {
    const { code, document } = await ask('step', TRACE, '5');
    expect(code).toBe(0);
    expect(document).toMatchObject({
      schema_version: 'opentraces.ctx.step.v1',
      node_id: `cn:${TRACE}:5`,
      trace_id: TRACE,
      step_index: 5,
      remote: null,
    });
    const { layers } = document;
    const ids = ['system', 'messages', 'tool_registry', 'runtime_state'].map(
      (type) => document[`${type}_layer_id`],
    );
    expect(ids).toEqual(layers.map(({ layer_id }: { layer_id: string }) => layer_id));
    expect(document).toMatchObject({
      transcript_uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      transcript_parent_uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      transcript_offset: expect.any(Number),
      billed_input_tokens: expect.any(Number),
    });
    expect(layers[0].content).toEqual({ static_core_ref: null, claude_md_set: [] });
    const [tool] = layers[2].content.tools;
    const builtin = { description: null, input_schema: null, source: 'builtin', source_path: null };
    expect(tool).toEqual({ name: 'Read', ...builtin, known_by: 'called' });
    expect(layers.map((layer: { layer_type: string }) => layer.layer_type)).toEqual([
      'system',
      'messages',
      'tool_registry',
      'runtime_state',
    ]);
    expect(layers[1].completeness).toBe('full');
    expect(layers[0]).toMatchObject({ completeness: 'stub', reasons: ['static_system_prompt_core_unknown'] });
    const messages = layers[1].content.messages.map((message: { step_index: number }) => message.step_index);
    expect(messages).toEqual([1, 2, 3, 4]);
    expect(layers[3].content).toMatchObject({ cwd: '/home/dev/acme', permission_mode: 'default' });
  });

  it('begins behind a compaction', async () => {
    const { document } = await ask('step', `${TRACE}:last`);
    const { content } = document.layers[1];
    expect(content).toMatchObject({ is_summary: true, compacted_at_step: 14, span_first_step: 15 });
  });

  it('has texts with --full, and the bytes of each layer', async () => {
    const { document } = await ask('step', TRACE, '5', '--full', '--layers', 'messages');
    const [layer, ...others] = document.layers;
    expect(others).toEqual([]);
    expect(layer.byte_count).toBe(Buffer.byteLength(JSON.stringify(layer.content)));
    expect(layer.content.messages[0].content).toMatch(/^Orders with a discount/);
    expect(layer.content.messages[1].tool_calls.length).toBeGreaterThan(0);
  });

  it('says what filled the window: the parts are its sum', async () => {
    const { document } = await ask('step', TRACE, '12', '--tokens');
    const { by_layer, by_part, by_tool, total } = document.tokens;
    const sum = (values: object): number => Object.values(values).reduce((all, value) => all + value, 0);
    expect(sum(by_layer)).toBe(total);
    expect(sum(by_part)).toBe(by_layer.messages);
    expect(by_tool.map(({ tool_name }: { tool_name: string }) => tool_name)).toContain('Read');
    expect(document.tokens.by_file.length).toBeGreaterThan(0);
  });

  it.each([
    [[TRACE, '999'], 6, 'OT_STEP_NOT_FOUND'],
    [[TRACE, '0'], 2, 'OT_BAD_VALUE'],
    [[TRACE], 2, 'OT_BAD_VALUE'],
    [[TRACE, '1', '--layers', 'soul'], 2, 'OT_BAD_VALUE'],
    [['00000000-0000-5000-8000-000000000000', '1'], 6, 'OT_TRACE_NOT_FOUND'],
  ])('refuses %j', async (argv, exit, error) => {
    const { code, document } = await ask('step', ...argv);
    expect({ code, error: document.error.code }).toEqual({ code: exit, error });
  });

  it('shows the same to a person', async () => {
    const { stdout } = await runInProcess(['ctx', 'step', TRACE, '5'], { machine });
    expect(stdout).toContain('#1 user  text attachments');
    expect(stdout).toContain('static_system_prompt_core_unknown');
  });
});

it('ctx show takes the id that step gives', async () => {
  const { document } = await ask('show', `cn:${TRACE}:5`);
  const { document: step } = await ask('step', TRACE, '5');
  expect({ ...document, schema_version: step.schema_version }).toEqual(step);
});

it('ctx tree has a node for each step, and the compaction as a branch', async () => {
  const { document } = await ask('tree', TRACE);
  expect(document).toMatchObject({
    root_node_id: `cn:${TRACE}:1`,
    active_leaf_id: `cn:${TRACE}:19`,
    node_count: 19,
  });
  expect(document.runs.map(({ branch_type }: { branch_type: string }) => branch_type)).toContain(
    'compaction_fork',
  );
  expect(document.subagent_trace_ids).toHaveLength(1);
});

it('ctx diff tells what a compaction took away and what came', async () => {
  const { code, document } = await ask('diff', `${TRACE}:13`, `cn:${TRACE}:16`);
  expect(code).toBe(0);
  const steps = (list: { step_index: number }[]): number[] => list.map(({ step_index }) => step_index);
  expect(document.token_estimate.after).toBeLessThan(document.token_estimate.before);
  expect(steps(document.removed)).toContain(1);
  expect(steps(document.added)).toContain(15);
  const none = await ask('diff', `${TRACE}:5`, `${TRACE}:5`);
  expect(none.document).toMatchObject({ added: [], removed: [], changed_messages: [], changed: [] });
  const { stdout } = await runInProcess(['ctx', 'diff', `${TRACE}:13`, `${TRACE}:16`], { machine });
  expect(stdout).toMatch(/^- #1 user/m);
  expect(stdout).toMatch(/^\+ #15 user/m);
});

it('ctx compactions tells what was lost, and what the agent reported', async () => {
  const { document } = await ask('compactions', TRACE, '--show-loss');
  expect(document.compactions).toHaveLength(1);
  const [cut] = document.compactions;
  expect(cut).toMatchObject({
    index: 1,
    step_index: 14,
    trigger: 'manual',
    reported_pre_tokens: 41877,
    kept_messages: 0,
  });
  expect(cut.removed_steps).toHaveLength(cut.removed_messages);
  expect((await ask('compactions', TRACE, '--index', '2')).document.compactions).toEqual([]);
});

it('ctx reads and writes list files by step', async () => {
  const reads = (await ask('reads', TRACE)).document.reads;
  const writes = (await ask('writes', TRACE, '--to-step', '13')).document.writes;
  expect(reads.map(({ tool_name }: { tool_name: string }) => tool_name)).toEqual(['Read', 'Read']);
  expect(writes.length).toBeGreaterThan(0);
  const [first] = writes;
  expect((await ask('writes', TRACE, '--step', String(first.step_index))).document.writes).toEqual(
    writes.filter(({ step_index }: { step_index: number }) => step_index === first.step_index),
  );
});

describe('ctx resume', () => {
  it('gives the packet', async () => {
    const { document } = await ask('resume', `${TRACE}:5`);
    expect(document).toMatchObject({
      schema_version: 'opentraces.context_resume.v1',
      node_id: `cn:${TRACE}:5`,
      agent: 'claude-code',
      env: { cwd: '/home/dev/acme', permission_mode: 'default', effort_level: null },
      trail_anchor_hint: null,
    });
    expect(document.messages).toEqual(document.messages_layer.content.messages);
    const { stdout } = await runInProcess(['ctx', 'resume', `${TRACE}:5`, '--format', 'json'], { machine });
    const { status: _, next_steps: __, ...packet } = document;
    expect(JSON.parse(stdout)).toEqual(packet);
  });

  it('gives a page whose quotes cannot leave their fences', async () => {
    const { stdout } = await runInProcess(['ctx', 'resume', `${TRACE}:last`], { machine });
    expect(stdout).toMatch(/^# Hand-over from cn:/);
    expect(stdout).toContain('### Step 15: user');
    expect(stdout).not.toContain('### Step 1: user');
  });
});

it('every id that a step gives resolves to what it gave', async () => {
  const { document } = await ask('step', TRACE, '12');
  for (const layer of document.layers) {
    const { code, document: found } = await ask('resolve', layer.layer_id);
    expect(code).toBe(0);
    expect(found).toMatchObject({ kind: 'context_layer', id: layer.layer_id });
    expect(found.node.layers).toEqual([layer]);
  }
  const node = (await ask('resolve', `ot://context-node/${document.node_id}`)).document;
  expect(node).toMatchObject({ kind: 'context_node', id: document.node_id });
  expect((await ask('resolve', 'cl:what:is:this')).code).toBe(2);
});

it('ctx list and info go by the manifest', async () => {
  const { document } = await ask('list', '--subagents');
  const row = document.contexts.find(({ trace_id }: { trace_id: string }) => trace_id === TRACE);
  expect(row).toMatchObject({
    has_context: true,
    node_count: 19,
    leaf_node_id: `cn:${TRACE}:19`,
    remote: null,
  });
  expect((await ask('info', TRACE)).document).toMatchObject(row);
  expect((await ask('list', '--limit', '1')).document.contexts).toHaveLength(1);
});
