/** Settings of an agent, in whatever way people write them: setup and its removal, in any order, change no byte. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { expect, test } from 'vitest';
import { type AgentHomes, agentTarget, planAgent } from '../../../src/capture/live/setup/agents.ts';
import { applyChanges, backupPath } from '../../../src/capture/live/setup/change.ts';
import type { Places } from '../../../src/capture/live/setup/places.ts';
import { ROOT } from '../../support/cli.ts';
import { tempDir } from '../../support/git-env.ts';
import { testPlatform } from '../../support/platform.ts';

const SEED = 20_260_418;
const RUNS = 40;
const AGENTS = ['claude-code', 'codex-cli', 'gemini-cli'] as const;
const EVENTS = ['Stop', 'SessionStart', 'PreToolUse', 'AfterAgent'];

/** How a person writes: blanks, comments, line ends, commas behind the last member. */
interface Hand {
  readonly eol: string;
  readonly indent: string;
  readonly comma: boolean;
  readonly comment: string;
  readonly mark: string;
  readonly end: string;
}

const hand: fc.Arbitrary<Hand> = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.constantFrom('  ', '    ', '\t'),
  comma: fc.boolean(),
  comment: fc.constantFrom('', ' // mine', ' /* kept { [ */'),
  mark: fc.constantFrom('', '\ufeff'),
  end: fc.constantFrom('', '\n', '\n\n'),
});

/** Text of a value as that person writes it. */
function written(value: unknown, by: Hand, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const members = isList
    ? value.map((item) => written(item, by, depth + 1))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${written(item, by, depth + 1)}`);
  const [open, close] = isList ? '[]' : '{}';
  if (members.length === 0) return `${open}${close}`;
  const { eol, indent, comma, comment } = by;
  const inner = `${eol}${indent.repeat(depth + 1)}`;
  const last = comma ? ',' : '';
  return `${open}${comment}${inner}${members.join(`,${comment}${inner}`)}${last}${eol}${indent.repeat(depth)}${close}`;
}

const command = fc.record({
  type: fc.constant('command'),
  command: fc.constantFrom('say done', 'x/spool agent', ''),
});
const entry = fc.record(
  { matcher: fc.constantFrom('', 'Bash'), hooks: fc.array(command, { maxLength: 3 }) },
  { requiredKeys: ['hooks'] },
);
const hooks = fc.dictionary(fc.constantFrom(...EVENTS), fc.array(entry, { maxLength: 3 }), {
  noNullPrototype: true,
});
const key = fc.string({ maxLength: 8 }).filter((name) => name !== '__proto__' && name !== 'hooks');
const settings = fc
  .tuple(
    fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4, noNullPrototype: true }),
    fc.option(hooks),
  )
  .map(([others, own]) => (own === null ? others : { ...others, hooks: own }));

type Act = 'set up' | 'remove';
const acts = fc.array(fc.constantFrom<Act>('set up', 'remove'), { maxLength: 5 });

class Settings {
  readonly homes: AgentHomes;
  readonly places: Places;
  readonly path: string;
  readonly #agent: string;

  constructor(agent: string) {
    const userHome = tempDir('git-ot-settings-');
    this.#agent = agent;
    this.homes = { userHome, claude: undefined, codex: undefined, pi: undefined, config: undefined };
    this.places = {
      home: join(userHome, '.opentraces'),
      shipped: join(ROOT, 'hooks'),
      node: process.execPath,
      program: join(ROOT, 'dist', 'git-ot.cjs'),
    };
    const { folder, file } = agentTarget(agent);
    this.path = join(folder(this.homes), file);
    mkdirSync(dirname(this.path), { recursive: true });
  }

  async act(act: Act): Promise<void> {
    const changes = await planAgent(agentTarget(this.#agent), this.homes, this.places, act === 'remove');
    await applyChanges(changes, testPlatform(), this.places.home);
  }

  get names(): string[] {
    return readdirSync(dirname(this.path));
  }
}

test(`any order of setup and removal gives back the bytes (seed ${SEED}, ${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...AGENTS), settings, hand, acts, async (agent, value, by, steps) => {
      const at = new Settings(agent);
      const text = `${by.mark}${written(value, by)}${by.end}`;
      writeFileSync(at.path, text);
      for (const step of steps) await at.act(step);
      await at.act('remove');
      expect(readFileSync(at.path, 'utf8')).toBe(text);
      expect(at.names).toHaveLength(1);
      rmSync(at.homes.userHome, { recursive: true });
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test(`an edit meanwhile stays, and nothing beside it moves (seed ${SEED}, ${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...AGENTS),
      settings,
      hand,
      fc.boolean(),
      async (agent, own, by, oneLine) => {
        const at = new Settings(agent);
        const value = { model: 'opus', ...own };
        const text = oneLine ? JSON.stringify(value) : written(value, by);
        const edit = (now: string) => now.replace('{', '{ "changed since": [1,  2],');
        writeFileSync(at.path, text);
        await at.act('set up');
        writeFileSync(at.path, edit(readFileSync(at.path, 'utf8')));
        await at.act('remove');
        expect(readFileSync(at.path, 'utf8')).toBe(edit(text));
        rmSync(at.homes.userHome, { recursive: true });
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});

test(`what somebody changed meanwhile stays, with or without the backup (seed ${SEED}, ${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...AGENTS),
      settings,
      hand,
      fc.boolean(),
      async (agent, value, by, keeps) => {
        const at = new Settings(agent);
        writeFileSync(at.path, written(value, by));
        await at.act('set up');
        const changed = readFileSync(at.path, 'utf8').replace('{', '{ "changed since": 1,');
        writeFileSync(at.path, changed);
        if (!keeps) rmSync(backupPath(at.path));
        await at.act('set up');
        await at.act('remove');
        const now = readFileSync(at.path, 'utf8');
        expect(now).not.toContain('.opentraces');
        expect(withoutEmpty(parse(now))).toEqual(withoutEmpty({ ...value, 'changed since': 1 }));
        if (by.comment !== '') expect(now.split(by.comment)).toHaveLength(changed.split(by.comment).length);
        expect(existsSync(backupPath(at.path))).toBe(false);
        rmSync(at.homes.userHome, { recursive: true });
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});

/** Lists and objects of hooks that hold nothing mean nothing to an agent. */
function withoutEmpty(value: {
  readonly hooks?: Record<string, unknown[]>;
  readonly [key: string]: unknown;
}): unknown {
  const { hooks: events = {}, ...others } = value;
  const filled = Object.entries(events).filter(([, list]) => list.length > 0);
  return filled.length === 0 ? others : { ...others, hooks: Object.fromEntries(filled) };
}
