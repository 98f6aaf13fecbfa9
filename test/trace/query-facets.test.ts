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
  return [1, 2, 3, 4, 5].find((number) => traceOf(number) === traceId)!;
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
  await capture(
    skillsSession(),
    session(2)
      .raw(at(2, 10, 10, 'needle one'))
      .raw(at(2, 10, 40, 'needle two')),
    session(3)
      .raw(at(3, 10, 20, 'needle three'))
      .raw(at(3, 10, 30, 'needle four')),
  );
});

function at(number: number, hour: number, minute: number, text: string): string {
  return JSON.stringify({
    type: 'user',
    sessionId: sessionIdOf(number),
    uuid: `${number}0000000-0000-4000-8000-0000000${hour}${minute}`,
    parentUuid: null,
    cwd: '/home/dev/time',
    timestamp: `2026-02-01T${hour}:${minute}:00.000Z`,
    message: { role: 'user', content: text },
  });
}

describe('skills', () => {
  it('are found however they were called, also across segments', async () => {
    expect(await hits('--skill', 'deploy')).toEqual(['1:2']);
    expect(await hits('--skill', 'tidy')).toEqual(['1:64']);
    expect(await hits('--skill', 'begin')).toEqual([]);
  });
});

describe('--sort time', () => {
  const argv = ['needle', '--sort', 'time'];

  it("goes by the step's own time, newest first", async () => {
    expect(await hits(...argv)).toEqual(['2:2', '3:2', '3:1', '2:1']);
  });

  it('shows nothing twice when a session arrives between two pages', async () => {
    const first = await query(...argv, '--limit', '2');
    expect(placesIn(first)).toEqual(['2:2', '3:2']);
    await capture(session(4).raw(at(4, 11, 10, 'needle new')));
    const second = await query(...argv, '--limit', '2', '--cursor', first.next_cursor);
    expect(placesIn(second)).toEqual(['3:1', '2:1']);
    expect(second).toMatchObject({ total: 5, has_more: false, next_cursor: null });
    expect((await hits(...argv))[0]).toBe('4:1');
  });

  it('goes through traces that only filters name', async () => {
    const all = await query('--project', 'time');
    const first = await query('--project', 'time', '--limit', '1');
    const rest = await query('--project', 'time', '--cursor', first.next_cursor);
    expect([...placesIn(first), ...placesIn(rest)]).toEqual(placesIn(all));
    expect(rest.total).toBe(all.total);
  });
});

describe('pages by relevance', () => {
  it('show nothing twice when better hits arrive between two pages', async () => {
    const first = await query('needle', '--limit', '2');
    await capture(
      session(5)
        .raw(at(5, 11, 20, 'needle needle'))
        .raw(at(5, 11, 30, 'needle')),
    );
    const rest = await query('needle', '--limit', '100', '--cursor', first.next_cursor);
    const places = [...placesIn(first), ...placesIn(rest)];
    expect(new Set(places).size).toBe(first.total);
    expect(places).toHaveLength(first.total);
    expect(rest.total).toBe(first.total);
    expect((await hits('needle')).slice(0, 2).some((hit) => hit.startsWith('5:'))).toBe(true);
  });
});

describe('a cursor', () => {
  it('belongs to the bounds of its query as they were typed', async () => {
    const argv = ['needle', '--limit', '1'];
    const { next_cursor: cursor } = await query(...argv, '--since', '900d');
    expect((await query(...argv, '--since', '900d', '--cursor', cursor)).error).toBeUndefined();
    for (const other of [
      ['--since', '800d'],
      ['--until', '900d'],
      ['--since', '900d', '--sort', 'time'],
    ]) {
      expect((await query(...argv, ...other, '--cursor', cursor)).error.code).toBe('OT_BAD_CURSOR');
    }
  });
});
