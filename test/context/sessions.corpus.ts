/** Windows of real sessions: each grows out of the one before, every layer id resolves, and sizes follow the bill. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../src/capture/formats.ts';
import { FACT_LAYERS, layerAt } from '../../src/context/layers.ts';
import { windowAt } from '../../src/context/window.ts';
import { CORPUS } from '../capture/shared/agent-suite.ts';
import { type Derived, derive } from './truth.ts';

/** Bigger files take longer than they tell. */
const MAX_BYTES = 4_000_000;
/** Steps looked at in one session. */
const MAX_LOOKS = 300;

function* sessionsOf(folder: string): Iterable<{ agent: string; bytes: Buffer; name: string }> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (!statSync(path).isFile() || statSync(path).size > MAX_BYTES) continue;
    const bytes = readFileSync(path);
    const format = formatOf(bytes.subarray(0, 65_536), path);
    if (format !== null) yield { agent: format.agent, bytes, name: path };
  }
}

/** Compares the windows of a step and its parent; says how they differ. */
function expectGrowth({ nodes }: Derived, step: number): string {
  const node = nodes.get(step)!;
  if (node.parent_step === null) return 'root';
  const now = windowAt(nodes, step).entries.map((entry) => entry.step);
  const before = windowAt(nodes, node.parent_step).entries.map((entry) => entry.step);
  const parent = nodes.get(node.parent_step)!;
  const whole = parent.enters === 'output' ? [...before, node.parent_step] : before;
  if (node.drops?.before === undefined && node.branch_type !== 'compaction_fork') {
    expect(now).toEqual(node.enters === 'input' ? [...whole, step] : whole);
    return 'prefix';
  }
  expect(now.filter((at) => at !== step).every((at) => whole.includes(at))).toBe(true);
  return 'compaction';
}

function expectLayers({ nodes }: Derived, step: number): void {
  const window = windowAt(nodes, step);
  for (const layer of FACT_LAYERS) {
    const state = layerAt(nodes, layer, window);
    const again = layerAt(nodes, layer, windowAt(nodes, state.since));
    expect(again.since).toBe(state.since);
    expect([...again.values]).toEqual([...state.values]);
  }
}

/** Increments from one model call to the next on the same branch: estimated and billed input tokens. */
function incrementsOf({ nodes, usage }: Derived): [number, number][] {
  const calls = [...usage].filter(([, tokens]) => tokens > 0);
  return calls.flatMap(([step, billed], at): [number, number][] => {
    const [next, nextBilled] = calls[at + 1] ?? [0, 0];
    if (next === 0) return [];
    const [from, to] = [windowAt(nodes, step), windowAt(nodes, next)];
    const grows = to.compactedAt === from.compactedAt && to.entries.some((entry) => entry.step === step);
    return grows ? [[to.tokens - from.tokens, nextBilled - billed]] : [];
  });
}

/** At each compaction the estimate against what the agent reported: as it is, and on the scale of the bill. */
function comparedAtCuts(derived: Derived): (readonly [number, number])[] {
  const { nodes, usage, preTokens } = derived;
  const pairs = incrementsOf(derived);
  const scale =
    pairs.reduce((sum, [, billed]) => sum + billed, 0) / pairs.reduce((sum, [own]) => sum + own, 0);
  const [first, billed] = [...usage].find(([, tokens]) => tokens > 0) ?? [1, Number.NaN];
  const base = billed - scale * windowAt(nodes, first).tokens;
  return [...preTokens].flatMap(([step, reported]) => {
    const before = nodes.get(step)?.parent_step ?? null;
    if (before === null) return [];
    const { tokens } = windowAt(nodes, before);
    return [[tokens / reported, (base + scale * tokens) / reported] as const];
  });
}

function shown(ratios: readonly number[]): string {
  return ratios.map((ratio) => ratio.toFixed(2)).join(' ');
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (side: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const [mx, my] = [mean(0), mean(1)];
  const sum = (value: (x: number, y: number) => number): number =>
    pairs.reduce((total, [x, y]) => total + value(x - mx, y - my), 0);
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

describe.skipIf(!existsSync(CORPUS))('windows of the corpus', () => {
  it('grow step by step, resolve their layers, and follow the bill', async () => {
    const kinds = new Map<string, number>();
    const counts = new Map<string, number>();
    const rs = new Map<string, number[]>();
    const compactions: (readonly [number, number])[] = [];
    for (const { agent, bytes, name } of sessionsOf(CORPUS)) {
      const derived = await derive(bytes, name);
      counts.set(agent, (counts.get(agent) ?? 0) + 1);
      const stride = Math.max(1, Math.ceil(derived.nodes.size / MAX_LOOKS));
      for (let step = 1; step <= derived.nodes.size; step += stride) {
        const kind = expectGrowth(derived, step);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (step % 7 === 1) expectLayers(derived, step);
      }
      compactions.push(...comparedAtCuts(derived));
      const pairs = incrementsOf(derived).slice(0, 2000);
      const r = pairs.length < 20 ? Number.NaN : correlation(pairs);
      if (!Number.isNaN(r)) rs.set(agent, [...(rs.get(agent) ?? []), r]);
    }
    const told = [...rs].map(
      ([agent, values]) => `${agent} r=${median(values).toFixed(3)} (n=${values.length})`,
    );
    process.stdout.write(
      `sessions ${JSON.stringify([...counts])}; steps ${JSON.stringify([...kinds])}; ${told.join(', ')}; ` +
        `estimate at compactions to preTokens: ${shown(compactions.map(([plain]) => plain))}; with what the session was ` +
        `billed for its first call, and a token: ${shown(compactions.map(([, scaled]) => scaled))}\n`,
    );
    // An estimate knows neither prompt and schemas nor the tokenizer; with both taken from the bill it has to fit.
    expect(
      median(compactions.map(([, scaled]) => scaled).filter((ratio) => !Number.isNaN(ratio))),
    ).toBeCloseTo(1, 1);
    expect(kinds.get('compaction') ?? 0).toBeGreaterThan(0);
    expect(median([...rs.values()].flat())).toBeGreaterThanOrEqual(0.9);
  }, 600_000);
});
