import { describe, expect, test } from 'vitest';
import { claudeJsonl } from '../../../src/capture/claude-code/index.ts';
import { eachLine } from '../shared/support.ts';

type Entry = Record<string, unknown>;

function ownersOf(sessionId: string, ...lines: string[]): string[][] {
  const owners = claudeJsonl.lineOwners(sessionId);
  const found: string[][] = [];
  eachLine(Buffer.from(lines.join('\n'), 'utf8'), (line) => found.push([...owners(line)]));
  return found;
}

const text = (entry: Entry): string => JSON.stringify(entry);
const progress = (agentId: unknown): Entry => ({
  type: 'progress',
  isSidechain: false,
  data: { type: 'agent_progress', agentId, message: { type: 'user' } },
});
const chained = (uuid: string, parentUuid: string | null, more: Entry = {}): Entry => ({
  type: 'user',
  isSidechain: true,
  uuid,
  parentUuid,
  message: { content: 'x' },
  ...more,
});

describe('owners of lines', () => {
  test("are empty for the session's own lines, whatever stands in their texts", () => {
    const talk = {
      type: 'user',
      isSidechain: false,
      message: { content: 'agent_progress "isSidechain":true' },
    };
    expect(ownersOf('s', text(talk), text({ type: 'progress', data: { type: 'bash_progress' } }))).toEqual([
      [],
      [],
    ]);
  });

  test('are the agents of progress entries, several when entries are glued', () => {
    const glued =
      text(progress('a1')) + text(progress('b2')) + text({ type: 'user', message: { content: 'x' } });
    expect(ownersOf('s', text(progress('a1')), glued)).toEqual([['a1'], ['a1', 'b2']]);
  });

  test('follow a sidechain without agent id to its root, over several roots at once', () => {
    expect(
      ownersOf(
        's',
        text(chained('11111111-0000-4000-8000-000000000000', null)),
        text(chained('22222222-0000-4000-8000-000000000000', 'not in a sidechain')),
        text(chained('33333333-0000-4000-8000-000000000000', '11111111-0000-4000-8000-000000000000')),
        text(chained('44444444-0000-4000-8000-000000000000', '33333333-0000-4000-8000-000000000000')),
        text(chained('55555555-0000-4000-8000-000000000000', '22222222-0000-4000-8000-000000000000')),
      ),
    ).toEqual([['11111111'], ['22222222'], ['11111111'], ['11111111'], ['22222222']]);
  });

  test('leave out the agent whose own log it is, and chains without agent id in it', () => {
    const own = text(chained('1', null, { agentId: 'me' }));
    const other = text(chained('2', null, { agentId: 'you' }));
    expect(ownersOf('s/me', own, other, text(chained('3', null)), text(progress('me')))).toEqual([
      [],
      ['you'],
      [],
      [],
    ]);
  });

  test('see through white space in the JSON', () => {
    const spaced = text(chained('abcdef01-x', null)).replace('"isSidechain":true', '"isSidechain" :\t true');
    expect(ownersOf('s', spaced)).toEqual([['abcdef01']]);
  });

  test('agree with the parse when a key is spelled with escapes', () => {
    const escaped = text(chained('abcdef01-x', null)).replace('isSidechain', 'isSidech\\u0061in');
    const steps: unknown[] = [];
    const parse = claudeJsonl.parse({
      sessionId: 's',
      subagentTraceId: (id) => id,
      onStep: (step) => steps.push(step),
    });
    eachLine(Buffer.from(escaped), (line) => parse.push(line));
    expect(parse.end().facts.inlineSubagents).toEqual(ownersOf('s', escaped).flat());
    expect(steps).toHaveLength(1);
  });

  test('have agent ids cut to what may stand in an id', () => {
    expect(
      ownersOf('s', text(progress('../a b')), text(progress('x'.repeat(99))), text(progress(7))),
    ).toEqual([['___a_b'], ['x'.repeat(64)], []]);
  });
});
