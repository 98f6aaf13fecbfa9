import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment } from '../../src/git/environment.ts';
import { gitFailed, reasonOf, withoutCredentials, writeFailure } from '../../src/git/failure.ts';
import { initBare, openRepository } from '../../src/git/program/repository.ts';
import { assertGitVersion, gitProgram, gitVersion, withTimeLimit } from '../../src/git/spawn.ts';
import { hermeticEnv, tempDir, testGit } from '../support/git-env.ts';

const git = testGit();

/** A stand-in for git that does what the script says. */
function fakeGit(script: string) {
  const path = join(tempDir(), 'git');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return gitProgram({ env: hermeticEnv(), path });
}

describe('the environment of a git child', () => {
  it('has none of the variables that name a repository', async () => {
    const names = (await git.text(['rev-parse', '--local-env-vars'])).split('\n').filter(Boolean);
    expect(names).toContain('GIT_DIR');
    const polluted = Object.fromEntries(names.map((name) => [name, '/elsewhere']));
    const clean = cleanEnvironment({
      ...polluted,
      GIT_AUTHOR_NAME: 'x',
      GIT_COMMITTER_DATE: 'x',
      GIT_CONFIG_KEY_0: 'core.bare',
      GIT_CONFIG_VALUE_0: 'x',
      GIT_TERMINAL_PROMPT: '0',
      GIT_SSH_COMMAND: 'ssh -i key',
      NOTHING: undefined,
      PATH: '/bin',
    });
    expect(clean).toEqual({
      PATH: '/bin',
      GIT_TERMINAL_PROMPT: '0',
      GIT_SSH_COMMAND: 'ssh -i key',
      LC_ALL: 'C',
      GIT_NO_REPLACE_OBJECTS: '1',
    });
  });

  it('writes into the repository it was given, whatever a hook has set', async () => {
    const [ours, theirs] = [join(tempDir(), 'ours.git'), join(tempDir(), 'theirs.git')];
    for (const dir of [ours, theirs]) await initBare(git, dir, { algorithm: 'sha1' });
    const inHook = testGit({
      GIT_DIR: theirs,
      GIT_OBJECT_DIRECTORY: join(theirs, 'objects'),
      GIT_INDEX_FILE: join(theirs, 'index'),
      GIT_QUARANTINE_PATH: join(theirs, 'objects'),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.bare',
      GIT_CONFIG_VALUE_0: 'nonsense',
    });
    const oid = (await inHook.text(['hash-object', '-w', '--stdin'], { gitDir: ours, input: 'raw' })).trim();
    const [own, other] = await Promise.all([ours, theirs].map((dir) => openRepository(inHook, dir)));
    expect(await own!.objects.read(oid)).not.toBeNull();
    expect(await other!.objects.read(oid)).toBeNull();
    await Promise.all([own!.objects.close(), other!.objects.close()]);
  });

  it('loses what a transport could run commands with', () => {
    expect(cleanEnvironment({ GIT_ALLOW_PROTOCOL: 'https:ext:ssh:fd' }).GIT_ALLOW_PROTOCOL).toBe('https:ssh');
  });

  it('keeps local commands off the network', async () => {
    const there = join(tempDir(), 'there.git');
    await initBare(git, there, { algorithm: 'sha1' });
    await expect(git.run(['ls-remote', there], { gitDir: there })).rejects.toMatchObject({
      code: 'OT_GIT_FAILED',
      message: expect.stringContaining('not allowed'),
    });
    expect((await git.run(['ls-remote', there], { gitDir: there, network: true })).code).toBe(0);
  });

  it('never asks a promisor remote for an object', async () => {
    const [ours, theirs] = [join(tempDir(), 'ours.git'), join(tempDir(), 'theirs.git')];
    for (const dir of [ours, theirs]) await initBare(git, dir, { algorithm: 'sha1' });
    const oid = (
      await git.text(['hash-object', '-w', '--stdin'], { gitDir: theirs, input: 'theirs' })
    ).trim();
    writeFileSync(
      join(ours, 'config'),
      `${readFileSync(join(ours, 'config'), 'utf8')}[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialclone = origin\n[remote "origin"]\n\turl = ${theirs}\n\tpromisor = true\n`,
    );
    const repository = await openRepository(git, ours);
    expect(await Promise.all([oid, oid].map((id) => repository.objects.read(id)))).toEqual([null, null]);
    await repository.objects.close();
    const { stdout } = await git.run(['count-objects', '-v'], { gitDir: ours });
    expect(stdout.toString()).toMatch(/^count: 0$/m);
  });
});

describe('tracing of a git child', () => {
  it('goes into files only: what git says on stderr is read', async () => {
    const kept = {
      GIT_TRACE_PACKET: '/a/file',
      GIT_TRACE2_EVENT: 'af_unix:/a/socket',
      GIT_TRACE_REDACT: 'true',
      GIT_TRACE_CURL_NO_DATA: '1',
    };
    const dropped = {
      GIT_TRACE: '1',
      GIT_TRACE_SETUP: 'true',
      GIT_TRACE_PERFORMANCE: '2',
      GIT_TRACE2: '1',
      GIT_TRACE2_PERF: '9',
      GIT_TRACE_CURL: 'relative/file',
      GIT_CURL_VERBOSE: '1',
    };
    const { LC_ALL, GIT_NO_REPLACE_OBJECTS, ...rest } = cleanEnvironment({ ...kept, ...dropped });
    expect(rest).toEqual(kept);
    const file = join(tempDir(), 'trace');
    const traced = testGit({ ...dropped, GIT_TRACE_SETUP: file });
    const dir = join(tempDir(), 'ours.git');
    await initBare(traced, dir, { algorithm: 'sha1' });
    expect((await traced.run(['fsck', '--full'], { gitDir: dir })).stderr).not.toContain('trace');
    expect(readFileSync(file, 'utf8')).toContain('setup: git_dir');
  });
});

describe('running git', () => {
  it('feeds stdin and gives bytes back', async () => {
    async function* chunks() {
      yield Buffer.from('a');
      yield Buffer.from([0, 255]);
    }
    const cat = fakeGit('exec cat');
    expect((await cat.run([], { input: chunks() })).stdout).toEqual(Buffer.from([97, 0, 255]));
    expect((await cat.run([], { input: 'text' })).stdout.toString()).toBe('text');
    expect((await cat.run([])).stdout).toHaveLength(0);
  });

  it('ends a command that does not end, and what that started', async () => {
    const slow = fakeGit('sleep 60 & echo $!; wait');
    const start = Date.now();
    const call = withTimeLimit(slow, 200).run(['status']);
    await expect(call).rejects.toMatchObject({ code: 'OT_GIT_TOO_SLOW' });
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(await withTimeLimit(fakeGit('echo fine'), 10_000).text(['x'])).toBe('fine\n');
  });

  it('fails with the reason git gave, and not with what it was fed', async () => {
    const failing = fakeGit(
      "cat >/dev/null; echo 'warning: x' >&2; echo 'fatal: the reason' >&2; echo after >&2; exit 3",
    );
    await expect(failing.run(['some-command', 'argument'], { input: 'secret' })).rejects.toMatchObject({
      code: 'OT_GIT_FAILED',
      message: 'git some-command failed (exit 3): fatal: the reason',
    });
    expect((await failing.run(['x'], { okCodes: [3] })).code).toBe(3);
    await expect(fakeGit('kill -9 $$').run(['x'])).rejects.toMatchObject({
      message: expect.stringContaining('signal SIGKILL'),
    });
  });

  it('survives a child that does not read its input', async () => {
    const deaf = fakeGit('exec <&-; exit 0');
    expect((await deaf.run(['x'], { input: Buffer.alloc(1_000_000) })).code).toBe(0);
  });

  it('keeps the first 64 KiB of stderr and hands out lines', async () => {
    const lines: string[] = [];
    const loud = fakeGit(
      "i=0; while [ $i -lt 3000 ]; do echo 'a line of thirty characters ...' >&2; i=$((i+1)); done; printf '10%%\\r20%%\\n' >&2",
    );
    const { stderr } = await loud.run(['x'], { onStderr: (line) => lines.push(line) });
    expect(stderr).toHaveLength(65_536);
    expect(lines).toHaveLength(3_002);
    expect(lines.slice(-2)).toEqual(['10%', '20%']);
  });

  it('says by name that git is missing or too old', async () => {
    const absent = gitProgram({ env: hermeticEnv(), path: join(tempDir(), 'none') });
    await expect(absent.run(['--version'])).rejects.toMatchObject({ code: 'OT_GIT_MISSING' });
    await expect(git.run(['gc'], { gitDir: join(tempDir(), 'gone') })).rejects.toMatchObject({
      code: 'OT_NOT_A_REPOSITORY',
    });
    expect((await gitVersion(git)).length).toBeGreaterThanOrEqual(2);
    await expect(assertGitVersion(git)).resolves.toBeUndefined();
    await expect(assertGitVersion(fakeGit("echo 'git version 2.38.9'"))).rejects.toMatchObject({
      code: 'OT_GIT_TOO_OLD',
    });
    await expect(assertGitVersion(fakeGit("echo 'git version 3.0.0 (Apple)'"))).resolves.toBeUndefined();
    await expect(gitVersion(fakeGit('echo no'))).rejects.toMatchObject({ code: 'OT_GIT_FAILED' });
  });
});

describe('what is told of a failure', () => {
  it('never holds the credentials of a URL', () => {
    const line = "fatal: unable to access 'https://me:s3cret@host.invalid/x.git/': refused";
    expect(withoutCredentials(line)).toBe(
      "fatal: unable to access 'https://me:***@host.invalid/x.git/': refused",
    );
    expect(gitFailed('fetch', line, 'exit 128').message).not.toContain('s3cret');
    const masked: readonly (readonly [string, string])[] = [
      ['ssh://git@host/x and https://tok:x@y@h/z', 'ssh://git@host/x and https://***@h/z'],
      ['ssh://git:pw@host/x', 'ssh://git:***@host/x'],
      ['https://ab12cd34ef56@h/x', 'https://***@h/x'],
      ['https://ada@h/x', 'https://ada@h/x'],
      ['https://ab12cd34ef56:x-oauth-basic@h/x', 'https://***@h/x'],
      ["'https://h/x?token=abc&plain#frag'", "'https://h/x?token=***&***'"],
      ['a://u:p@h,b://u:p@h', 'a://u:***@h,b://u:***@h'],
    ];
    for (const [text, wanted] of masked) expect(withoutCredentials(text)).toBe(wanted);
  });

  it('has no control characters', () => {
    expect(reasonOf('error: \u001b[31mred\u0007\n')).toBe('error: [31mred');
  });

  it('takes time in proportion to its length', () => {
    const started = process.hrtime.bigint();
    withoutCredentials(`${'a://'.repeat(20_000)}${'b'.repeat(200_000)}`);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2_000);
  });

  it('names a full or read-only disk', () => {
    expect(gitFailed('x', 'fatal: write error: No space left on device', '').code).toBe('OT_DISK_FULL');
    expect(gitFailed('x', "error: Unable to create '/x.lock': Read-only file system", '').code).toBe(
      'OT_READ_ONLY',
    );
    const other = new Error('other');
    expect(writeFailure(other)).toBe(other);
  });
});
