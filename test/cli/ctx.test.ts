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
