/** Two traces whose ids begin alike: what is printed of an id can be typed, and an ambiguous one is told. */
import { beforeAll, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { sessionIdOf, traceOf } from '../sync/sessions.ts';

/** Found by trying: the ids of their traces have the first eight characters in common. */
const TWINS = [5960, 97260] as const;
const PREFIX = 'ff24ece4';
const IDS = TWINS.map(traceOf).sort();

let machine: Machine;

beforeAll(async () => {
  machine = newMachine();
  const folder = tempDir('git-ot-twins-');
  for (const number of [...TWINS, 1]) {
    writeSession(new SessionText(sessionIdOf(number)).user(`needle ${number}`).say('ok'), { folder });
  }
  expect((await runInProcess(['capture', folder], { machine })).code).toBe(0);
  expect(IDS.every((id) => id.startsWith(PREFIX))).toBe(true);
});

/** First words of the lines that tell a trace. */
function printed(stdout: string): string[] {
  return stdout.split('\n').flatMap((line) => /^([0-9a-f]{8}[0-9a-f-]*)(?::\d+)? {2}/.exec(line)?.[1] ?? []);
}

it.each([[['trace', 'list']], [['trace', 'query', 'needle']]])(
  '%j prints ids that can be typed',
  async (argv) => {
    const { stdout, stderr } = await runInProcess(argv, { machine });
    const ids = printed(stdout);
    expect(ids).toHaveLength(3);
    for (const id of ids) {
      const { code } = await runInProcess(['trace', 'get', id], { machine });
      expect([id, code]).toEqual([id, 0]);
      expect(id.length).toBe(id.startsWith(PREFIX) ? 10 : 8);
    }
    const next = /^next: git ot (trace get \S+)$/m.exec(stderr)?.[1]?.split(' ');
    if (next !== undefined) expect((await runInProcess(next, { machine })).code).toBe(0);
  },
);

it.each([
  [['get', PREFIX]],
  [['get', `${PREFIX}:1`]],
  [['map', PREFIX]],
  [['slice', PREFIX, '--from-step', '1']],
  [['source', PREFIX]],
  [['export', PREFIX, '--format', 'markdown']],
])('trace %j names the traces that it may mean', async (argv) => {
  const { code, stdout } = await runInProcess(['trace', ...argv, '--json'], { machine });
  const { error, candidates } = JSON.parse(stdout);
  expect([code, error.code]).toEqual([2, 'OT_TRACE_AMBIGUOUS']);
  expect(candidates).toEqual(IDS.map((id) => ({ trace_id: id, short_id: id.slice(0, 10) })));
  expect(error.hint).toContain(IDS[0]!.slice(0, 10));
  const { stderr } = await runInProcess(['trace', ...argv], { machine });
  for (const id of IDS) expect(stderr).toContain(id);
});
