/** What a hit of `trace query` says of its step is what `trace slice` gives for that step alone. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, ROOT, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { sessionIdOf, traceOf } from '../sync/sessions.ts';

let machine: Machine;

// biome-ignore lint/suspicious/noExplicitAny: documents are looked at key by key
async function json(...argv: string[]): Promise<any> {
  return JSON.parse((await runInProcess([...argv, '--json'], { machine })).stdout);
}

/** Requests at the steps 1 and 70, and 130 steps in all: each hit has its own way to the request before it. */
function longSession(): SessionText {
  const text = new SessionText(sessionIdOf(1), { cwd: '/home/dev/acme' });
  text.user('needle asked first');
  for (let step = 2; step < 70; step += 1) text.say(`needle said ${step}`);
  text.user('needle asked second').call('Bash', { command: 'npm test' }).result('call_1', '3 passed needle');
  for (let step = 72; step < 130; step += 1) text.say(`needle said ${step}`);
  return text.user('needle asked last').say('needle said last');
}

beforeAll(async () => {
  machine = newMachine();
  const folder = tempDir('git-ot-preview-');
  writeSession(longSession(), { folder });
  const fixtures = join(ROOT, 'fixtures', 'sessions', 'claude-code');
  for (const from of [folder, fixtures])
    expect((await runInProcess(['capture', from], { machine })).code).toBe(0);
});

async function assertPreviews(words: string, most = 1000): Promise<number> {
  const { candidates } = await json('trace', 'query', words, '--limit', '200');
  for (const { trace_id, step_index, map_node_refs, slice_preview } of candidates.slice(0, most)) {
    const { slices } = await json(
      'trace',
      'slice',
      trace_id,
      '--around-step',
      `${step_index}`,
      '--radius',
      '0',
    );
    expect(slice_preview).toEqual(slices[0].map);
    expect(map_node_refs).toEqual(slices[0].map_node_refs);
  }
  return candidates.length;
}

it('through segments of a long session', { timeout: 30_000 }, async () => {
  const { candidates } = await json('trace', 'query', 'needle', '--limit', '200');
  const steps = new Map(candidates.map((each: { step_index: number }) => [each.step_index, each]));
  const { nodes } = await json('trace', 'map', traceOf(1));
  for (const step of [1, 2, 64, 65, 69, 70, 71, 72, 128, 129, 130, 131]) {
    const own = nodes.filter((node: { step_index: number }) => node.step_index === step);
    expect(steps.get(step)).toMatchObject({
      map_node_refs: own.map((node: { node_id: string }) => node.node_id),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a document is looked at key by key
    const shown = (steps.get(step) as any).slice_preview.nodes;
    const facts = ['action_type', 'active_user_step', 'parent_node_id', 'unit_id', 'text_preview'] as const;
    for (const [index, node] of own.entries())
      for (const fact of facts) expect(shown[index][fact]).toEqual(node[fact]);
  }
});

it('in every fixture', { timeout: 30_000 }, async () => {
  expect(await assertPreviews('error test', 12)).toBeGreaterThan(3);
  expect(await assertPreviews('price*', 12)).toBeGreaterThan(3);
});
