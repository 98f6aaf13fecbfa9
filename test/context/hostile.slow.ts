/** Sessions of every agent with one thing in them that is not what it should be: nodes are sound all the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../src/capture/formats.ts';
import { FACT_LAYERS, gradeOf, layerAt } from '../../src/context/layers.ts';
import { messagesOf } from '../../src/context/messages.ts';
import { treeOf } from '../../src/context/tree.ts';
import { windowAt } from '../../src/context/window.ts';
import { ContextNode } from '../../src/record/context.ts';
import { ROOT } from '../support/cli.ts';
import { type Derived, derive } from './truth.ts';

const SEED = 20260205;
const AGENTS = ['claude-code', 'codex-cli', 'copilot-cli', 'gemini-cli', 'opencode', 'pi'];
/** Windows looked at in one session. */
const LOOKS = 40;

interface Session {
  readonly name: string;
  readonly lines: readonly unknown[];
}

function sessionsOf(agent: string): Session[] {
  const folder = join(ROOT, 'fixtures', 'sessions', agent);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /input\.jsonl?$/.test(name),
  );
  return names.sort().flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const lines = text.split('\n').filter(Boolean).map(parsed);
    const whole = parsed(text);
    return [{ name, lines: whole === undefined ? lines.filter((line) => line !== undefined) : [whole] }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Places of a value: the keys that lead there. */
function placesOf(value: unknown, at: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...at]];
  return [[...at], ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], next: unknown): unknown {
  if (key === undefined) return next;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...value] as unknown as Record<string, unknown>)
    : { ...(value as object) };
  copy[key] = replaced((value as Record<string, unknown>)[key], rest, next);
  return copy;
}

/** What nobody expects at a place; the last one is the value of another place. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  '\0',
  '\ud800',
  '__proto__',
  [],
  {},
  [[[]]],
  [null, 7, 'x'],
  { type: 'text', text: 5 },
  'x'.repeat(70_000),
];

type Change = readonly [where: number, what: number, other: number];

function changed(session: Session, changes: readonly Change[]): Buffer {
  let lines = [...session.lines];
  for (const [where, what, other] of changes) {
    const at = where % lines.length;
    const kind = what % 5;
    if (kind === 0) lines = [...lines.slice(0, at), lines[other % lines.length], ...lines.slice(at)];
    else if (kind === 1 && lines.length > 1) lines = lines.filter((_, index) => index !== at);
    else {
      const places = placesOf(lines[at]);
      const place = places[other % places.length]!;
      const from = placesOf(lines[other % lines.length]);
      const taken = from[what % from.length]!.reduce<unknown>(
        (value, key) => (value as Record<string, unknown>)?.[key],
        lines[other % lines.length],
      );
      const next = kind === 2 ? taken : STRANGE[what % STRANGE.length];
      lines[at] = replaced(lines[at], place, next);
    }
  }
  return Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function expectSound({ nodes }: Derived): void {
  const steps = [...nodes.keys()];
  expect(steps).toEqual(steps.map((_, at) => at + 1));
  for (const node of nodes.values()) {
    expect(ContextNode.safeParse(node).success).toBe(true);
    expect(node.parent_step ?? 0).toBeLessThan(node.step_index);
  }
  const stride = Math.max(1, Math.ceil(nodes.size / LOOKS));
  for (let step = 1; step <= nodes.size; step += stride) expectWindow(nodes, step);
  const tree = treeOf({ traceId: 't', nodes }, { orphans: true, limitations: [] });
  expect(tree.nodes).toHaveLength(nodes.size);
}

function expectWindow(nodes: Derived['nodes'], step: number): void {
  const window = windowAt(nodes, step);
  const seen = window.entries.map((entry) => entry.step);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.every((at) => at <= step)).toBe(true);
  expect(Number.isSafeInteger(window.tokens) && window.tokens >= 0).toBe(true);
  expect(messagesOf('t', window).messages).toHaveLength(seen.length);
  for (const layer of FACT_LAYERS) {
    const state = layerAt(nodes, layer, window);
    const { completeness, reasons } = gradeOf(layer, state, window);
    expect(completeness === 'full').toBe(reasons.length === 0);
  }
}

describe.each(AGENTS)('%s', (agent) => {
  const sessions = sessionsOf(agent);
  const change = fc.tuple(fc.nat(), fc.nat(), fc.nat());

  it('has sound nodes whatever stands in a session', async () => {
    let derived = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sessions),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (session, changes) => {
          const bytes = changed(session, changes);
          if (formatOf(bytes.subarray(0, 65_536), session.name) === null) return;
          expectSound(await derive(bytes, session.name));
          derived += 1;
        },
      ),
      { numRuns: 200, seed: SEED, endOnFailure: true },
    );
    expect(derived).toBeGreaterThan(100);
  });

  it('has sound nodes of a session that ends anywhere, or holds bytes that are no text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sessions),
        fc.nat(),
        fc.constantFrom(0, 0xff),
        async (session, cut, byte) => {
          const bytes = changed(session, []);
          const end = Math.max(1, cut % bytes.length);
          const torn = Buffer.concat([bytes.subarray(0, end), Buffer.from([byte])]);
          if (formatOf(torn.subarray(0, 65_536), session.name) !== null) {
            expectSound(await derive(torn, session.name));
          }
        },
      ),
      { numRuns: 100, seed: SEED, endOnFailure: true },
    );
  });
});
