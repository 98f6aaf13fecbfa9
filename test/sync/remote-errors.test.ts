/** A remote that cannot be used: a code and kind of its own, nothing changed and nothing told. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { OtError } from '../../src/base/errors.ts';
import { ALNUM, draw } from '../security/samples.ts';
import { tempDir } from '../support/git-env.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { freePort, isMissing, startHttp, startSshd } from '../support/servers.ts';
import { plantedSession, traceOf } from './sessions.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function machineWith(url: string, env: Readonly<Record<string, string>> = {}): Promise<SyncMachine> {
  const machine = new SyncMachine({ env });
  await machine.addRemote(url);
  await machine.capture(plantedSession({ number: 1 }).path);
  return machine;
}

/** What push and pull throw; asserts that they agree on the code and left the journals alone. */
async function refusals(machine: SyncMachine): Promise<OtError[]> {
  const lanes = await machine.refs('refs/opentraces/lanes/');
  const errors: OtError[] = [];
  for (const attempt of [() => machine.plan({ dryRun: true }), () => machine.push(), () => machine.pull()]) {
    errors.push(await attempt().then(notRefused, (error: OtError) => error));
  }
  expect([...(await machine.refs('refs/opentraces/lanes/')).keys()]).toEqual([...lanes.keys()]);
  expect(await machine.ids()).toEqual([traceOf(1)]);
  await expectSound([], [machine]);
  return errors;
}

function notRefused(): never {
  throw new Error('the remote was used');
}

async function expectCode(machine: SyncMachine, code: string): Promise<OtError[]> {
  const errors = await refusals(machine);
  const kind = code === 'OT_REMOTE_AUTH' ? 'refused' : 'network';
  for (const error of errors) expect(error).toMatchObject({ code, kind });
  return errors;
}

describe('a remote that is not there', () => {
  it('is unreachable: nobody listens', async () => {
    const port = await freePort();
    await expectCode(await machineWith(`http://127.0.0.1:${port}/x.git`), 'OT_REMOTE_UNREACHABLE');
    await expectCode(await machineWith(`ssh://127.0.0.1:${port}/x.git`), 'OT_REMOTE_UNREACHABLE');
    await expectCode(await machineWith(`git://127.0.0.1:${port}/x.git`), 'OT_REMOTE_UNREACHABLE');
  });

  it('is unreachable: no repository of that name', async () => {
    const folder = tempDir();
    const http = await startHttp();
    closing.push(() => http.stop());
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'file'), 'text');
    for (const name of ['none.git', 'empty', 'file']) {
      await expectCode(await machineWith(join(folder, name)), 'OT_REMOTE_UNREACHABLE');
      await expectCode(await machineWith(http.url(join(folder, name))), 'OT_REMOTE_UNREACHABLE');
    }
  });

  it('is unreachable: something else answers', async () => {
    const page = createServer((_, response) => response.end('<html>\nhello\n</html>\n'));
    const noise = createNetServer((socket) => socket.on('error', () => {}).end('hello\r\n'));
    for (const server of [page, noise]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closing.push(async () => server.close());
      const { port } = server.address() as AddressInfo;
      await expectCode(await machineWith(`http://127.0.0.1:${port}/x.git`), 'OT_REMOTE_UNREACHABLE');
    }
  });

  it('takes nothing back when it lists nothing any more', async () => {
    const remote = await BareRemote.create();
    const [anna, ben] = [await machineWith(remote.gitDir), new SyncMachine()];
    await anna.push();
    await ben.addRemote(remote.gitDir);
    await ben.pull();
    const [[ref, tip]] = [...(await remote.refs())] as [[string, string]];
    await remote.plainGit('update-ref', '-d', ref);
    await expect(ben.pull()).rejects.toMatchObject({ code: 'OT_REMOTE_EMPTY', kind: 'network' });
    expect(await ben.ids()).toEqual([traceOf(1)]);
    await remote.plainGit('update-ref', ref, tip);
    expect((await ben.pull()).refs).toEqual([]);
  });

  it('is found again after it was gone', async () => {
    let down = true;
    const http = await startHttp({ fails: () => down });
    closing.push(() => http.stop());
    const remote = await BareRemote.create();
    const machine = await machineWith(http.url(remote.gitDir));
    await expectCode(machine, 'OT_REMOTE_UNREACHABLE');
    down = false;
    expect((await machine.push()).report.pushed).toBe(1);
  });
});

describe('a remote that lets nobody in', () => {
  const password = { user: 'anna', secret: 'correct-horse' };

  it('says so over http, and the password is nowhere', async () => {
    const http = await startHttp({ password });
    closing.push(() => http.stop());
    const remote = await BareRemote.create();
    const wrong = draw(20, ALNUM, 3);
    await expectCode(await machineWith(http.url(remote.gitDir)), 'OT_REMOTE_AUTH');
    const errors = await expectCode(
      await machineWith(http.urlWith('anna', wrong, remote.gitDir)),
      'OT_REMOTE_AUTH',
    );
    for (const error of errors) expect(JSON.stringify([error.message, error.hint])).not.toContain(wrong);
    expect((await remote.objectIds()).size).toBe(0);
  });

  it('keeps the password to itself when the host is gone', async () => {
    const secret = draw(20, ALNUM, 4);
    const machine = await machineWith(`http://anna:${secret}@127.0.0.1:${await freePort()}/x.git`);
    for (const error of await refusals(machine)) {
      expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain(secret);
    }
  });

  it.skipIf(isMissing('ssh'))('says so over ssh', async () => {
    const [sshd, stranger] = [await startSshd(), await startSshd()];
    closing.push(
      () => sshd.stop(),
      () => stranger.stop(),
    );
    const remote = await BareRemote.create();
    await expectCode(await machineWith(sshd.url(remote.gitDir), stranger.env), 'OT_REMOTE_AUTH');
    await expectCode(await machineWith(sshd.url(`${remote.gitDir}-not`), sshd.env), 'OT_REMOTE_UNREACHABLE');
  });
});

describe('a remote that takes nothing', () => {
  it('has another object format', async () => {
    const remote = await BareRemote.create({ algorithm: 'sha256' });
    const theirs = new SyncMachine({ algorithm: 'sha256' });
    await theirs.addRemote(remote.gitDir);
    const machine = await machineWith(remote.gitDir);
    const wanted = {
      code: 'OT_REMOTE_REJECTED',
      kind: 'network',
      message: expect.stringMatching(/hash algorithm|mismatched algorithms/),
    };
    await expect(machine.push()).rejects.toMatchObject(wanted);
    await theirs.capture(plantedSession({ number: 2 }).path);
    await theirs.push();
    await expect(machine.push()).rejects.toMatchObject(wanted);
    await expect(machine.pull()).rejects.toMatchObject(wanted);
    expect(await machine.ids()).toEqual([traceOf(1)]);
    await expectSound([remote], [machine, theirs]);
  });

  it('declines in a hook, and its words are told without control characters', async () => {
    const remote = await BareRemote.create();
    remote.hook('pre-receive', 'printf "not \\033[31mtoday\\n" >&2; exit 1');
    const machine = await machineWith(remote.gitDir);
    const error = await machine.push().then(notRefused, (thrown: OtError) => thrown);
    expect(error).toMatchObject({ code: 'OT_REMOTE_REJECTED', kind: 'network' });
    expect(error.message).toContain('pre-receive hook declined');
    expect(error.message).not.toMatch(/[\x00-\x1f]/);
    remote.hook('pre-receive', 'exit 0');
    expect((await machine.push()).report.pushed).toBe(1);
  });

  it.skipIf(!canMount())('has a full disk', async () => {
    const folder = tempDir();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
    closing.push(async () => execFileSync('umount', [folder]));
    const remote = await BareRemote.create({ place: join(folder, 'traces.git') });
    const machine = new SyncMachine();
    await machine.addRemote(remote.gitDir);
    const { path } = plantedSession({ number: 1, turns: 2, noise: 1_000_000 });
    await machine.capture(path);
    const error = await machine.push().then(notRefused, (thrown: OtError) => thrown);
    expect(error).toMatchObject({ code: 'OT_REMOTE_REJECTED', kind: 'network' });
    expect((await remote.refs()).size).toBe(0);
    execFileSync('mount', ['-o', 'remount,size=32m', folder]);
    expect((await machine.push()).report.pushed).toBe(1);
    await expectSound([remote], [machine]);
  });
});

/** True for a user who may mount a file system of memory. */
function canMount(): boolean {
  const folder = tempDir();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
