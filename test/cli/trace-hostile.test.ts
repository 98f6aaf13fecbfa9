/** A session that wants to act on a screen: nothing that reads it shows more than text. */
import { beforeAll, describe, expect, it } from 'vitest';
import { SESSION_ID, SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';

const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const EVIL = '\u001b]0;owned\u0007\u009b2J\u202eexe.txt\u2066\r\u0000';
let machine: Machine;
let trace: string;

function session(): SessionText {
  const text = new SessionText(SESSION_ID, { cwd: `/w/${EVIL}`, gitBranch: EVIL });
  text.user(`割引を直してください ${EVIL}`).say(`了解しました ${EVIL}`);
  text.call(`mcp__${EVIL}__${'x'.repeat(900)}`, { [EVIL]: EVIL, __proto__: 1 }).result('call_1', EVIL);
  text.call('Write', { file_path: `/w/${EVIL}/a\u202e${EVIL}.ts`, content: `a\n${EVIL}\n` });
  text.result('call_2', EVIL).call('Skill', { skill: EVIL }).result('call_3', EVIL);
  text.call('Bash', { command: `npm test ${EVIL}` }).result('call_4', `1 failed ${EVIL}`);
  return text.call('Bash', { command: 'git commit -m x' }).result('call_5', `[${EVIL} 1a2b3c4] ${EVIL}`);
}

beforeAll(async () => {
  machine = newMachine();
  const folder = tempDir('git-ot-hostile-');
  writeSession(session(), { folder });
  expect((await runInProcess(['capture', folder], { machine })).code).toBe(0);
  const { stdout } = await runInProcess(['trace', 'list', '--json'], { machine });
  trace = JSON.parse(stdout).traces[0].trace_id;
});

describe.each([
  'map ID',
  'map ID --bursts',
  'map ID --actions change_burst,test_run,error_signal,git_anchor',
  'slice ID --template bursts',
  'slice ID --around-step 3',
  'export ID --format markdown',
  'export ID --format agent-trace',
  'skills',
  'stats --by project',
  'query owned',
])('trace %s', (typed) => {
  it.each([[], ['--json']])('%j', async (...more) => {
    const words = typed.split(' ').map((word) => (word === 'ID' ? trace : word));
    const { code, stdout, stderr } = await runInProcess(['trace', ...words, ...more], { machine });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(ACTING);
    expect(stderr).not.toMatch(ACTING);
    if (more.length > 0) JSON.parse(stdout);
  });
});

it('a name that is too long widens no table', async () => {
  const { stdout } = await runInProcess(['trace', 'map', trace], { machine });
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(160);
});
