/** Folders and files that this user may not read or write, through the built program of another user. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { binary, type Machine, newMachine, type Outcome, runProgram } from '../support/cli.ts';
import { conversation, writeSession } from './session-file.ts';

const NOBODY = 65_534;

/** Permission bits do not bind root: the program runs as somebody else then. */
const asSomebody: readonly string[] =
  process.getuid?.() === 0
    ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
    : ['env'];

function canDrop(): boolean {
  try {
    execFileSync(asSomebody[0]!, [...asSomebody.slice(1), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function giveAway(...paths: string[]): void {
  for (const path of paths) if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
}

describe.skipIf(!canDrop())('without permission', () => {
  let machine: Machine;
  let program: string;

  beforeAll(async () => {
    program = await binary();
    chmodSync(dirname(dirname(program)), 0o755);
    machine = newMachine();
    giveAway(machine.home, machine.cwd);
  });

  async function ot(...argv: string[]): Promise<Outcome & { reply: Record<string, unknown> }> {
    const [command, ...args] = [...asSomebody, process.execPath, program, ...argv, '--json'];
    const outcome = await runProgram(command!, args, { machine });
    return { ...outcome, reply: JSON.parse(outcome.stdout) as Record<string, unknown> };
  }

  it('a folder inside is reported and the rest is captured; named itself it is an error', async () => {
    const folder = join(machine.cwd, 'sessions');
    const closed = join(folder, 'closed');
    mkdirSync(closed, { recursive: true });
    const good = writeSession(conversation(1), { folder });
    const secret = writeSession(conversation(1), { folder, name: 'secret.jsonl' });
    giveAway(folder, closed, good, secret);
    chmodSync(closed, 0o000);
    chmodSync(secret, 0o000);
    const { code, reply } = await ot('capture', folder);
    expect([code, reply.totals]).toMatchObject([0, { captured: 1, error: 2 }]);
    const traces = reply.traces as { path: string; code?: string }[];
    expect(traces.map(({ path, code: why }) => [path.slice(folder.length + 1), why])).toEqual(
      expect.arrayContaining([
        ['closed', 'OT_SOURCE_UNREADABLE'],
        ['secret.jsonl', 'OT_SOURCE_UNREADABLE'],
      ]),
    );
    for (const path of [closed, secret]) {
      const named = await ot('capture', path);
      expect([named.code, named.reply.status, (named.reply.error as { code: string }).code]).toEqual([
        2,
        'error',
        'OT_SOURCE_UNREADABLE',
      ]);
    }
    expect((await ot('bucket', 'verify', '--full')).reply.findings).toEqual([]);
  });

  it('a bucket of somebody else can be read as far as they let us, and is not written', async () => {
    chmodSync(machine.otHome, 0o555);
    const session = writeSession(conversation(3), { folder: machine.cwd, name: 'other.jsonl' });
    const { code, reply } = await ot('capture', session);
    expect([code, (reply.error as { code: string }).code]).toEqual([2, 'OT_READ_ONLY']);
    expect((await ot('trace', 'list')).code).toBe(0);
    chmodSync(machine.otHome, 0o000);
    for (const argv of [
      ['trace', 'list'],
      ['capture', session],
    ]) {
      const refused = await ot(...argv);
      expect([refused.code, (refused.reply.error as { code: string }).code]).toEqual([
        2,
        'OT_HOME_UNREADABLE',
      ]);
    }
    chmodSync(machine.otHome, 0o700);
    expect((await ot('bucket', 'verify', '--full')).reply.findings).toEqual([]);
  });

  it('a home that cannot be made is told with its path', async () => {
    const shut = join(machine.cwd, 'shut');
    mkdirSync(shut, { mode: 0o555 });
    writeFileSync(join(machine.cwd, 'x'), '');
    const command = [...asSomebody.slice(1), 'env', `OT_HOME=${shut}/home`, process.execPath, program];
    const session = writeSession(conversation(1), { folder: machine.cwd });
    const { code, stdout } = await runProgram(asSomebody[0]!, [...command, 'capture', session, '--json'], {
      machine,
    });
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect([code, error.code]).toEqual([2, 'OT_READ_ONLY']);
    expect(error.message).toContain(`${shut}/home`);
  });
});
