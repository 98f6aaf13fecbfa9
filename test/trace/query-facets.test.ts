/** `trace query` through the program: what the steps of a whole session say, and the order of time. */
import { beforeAll, describe, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { sessionIdOf, traceOf } from '../sync/sessions.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are looked at key by key
type Document = any;

let machine: Machine;
const folder = tempDir('git-ot-facets-');

async function query(...argv: string[]): Promise<Document> {
  const { stdout } = await runInProcess(['trace', 'query', '--json', ...argv], { machine });
  return JSON.parse(stdout);
}

/** `trace:step` of hits, traces by the number they were made from. */
function placesIn({ candidates, error }: Document): string[] {
  expect(error).toBeUndefined();
  return candidates.map(({ trace_id, step_index }: Document) => `${numberOf(trace_id)}:${step_index}`);
}

async function hits(...argv: string[]): Promise<string[]> {
  return placesIn(await query(...argv));
}

function numberOf(traceId: string): number {
  return [1, 2, 3, 4].find((number) => traceOf(number) === traceId)!;
}

function session(number: number, extra: Record<string, unknown> = {}): SessionText {
  return new SessionText(sessionIdOf(number), extra);
}

/** Skills by the file of one, and by a slash command at the end of a segment. */
function skillsSession(): SessionText {
  const text = session(1, { cwd: '/home/dev/acme' });
  text.user('Begin').call('Read', { file_path: '/home/dev/.codex/skills/deploy/SKILL.md' });
  text.result('call_1', '# Deploy');
  for (let place = 3; place < 64; place += 1) text.say(`Filler ${place}`);
  text.user('<command-name>/tidy</command-name>');
  return text.meta('Base directory for this skill: /home/dev/.claude/skills/tidy');
}

async function capture(...sessions: SessionText[]): Promise<void> {
  for (const text of sessions) writeSession(text, { folder });
  expect((await runInProcess(['capture', folder], { machine })).code).toBe(0);
}

beforeAll(async () => {
  machine = newMachine();
  await capture(skillsSession());
});

describe('skills', () => {
  it('are found however they were called, also across segments', async () => {
    expect(await hits('--skill', 'deploy')).toEqual(['1:2']);
    expect(await hits('--skill', 'tidy')).toEqual(['1:64']);
    expect(await hits('--skill', 'begin')).toEqual([]);
  });
});
