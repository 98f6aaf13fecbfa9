/** The transport over http (git's own `http-backend` behind a small server) and over ssh's command line. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/git/ports.ts';
import { initBare, openRepository, type ProgramRepository } from '../../src/git/program/repository.ts';
import { programTransport } from '../../src/git/program/transport.ts';
import { hermeticEnv, tempDir, testGit } from '../support/git-env.ts';
import { commitData, write } from './conformance.ts';

const git = testGit();
const REF = 'refs/opentraces/sealed/0123456789abcdef/2026-01';
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function create(): Promise<ProgramRepository> {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm: 'sha1', config: { 'http.receivepack': 'true' } });
  return openRepository(git, gitDir);
}

function commit(repository: ProgramRepository, message: string, parents: readonly Oid[] = []): Promise<Oid> {
  return write(repository, (batch) =>
    batch.put('commit', commitData(batch.put('tree', Buffer.alloc(0)), parents, message)),
  );
}

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Serves the folder of a repository; `intercept` may answer a request itself. Returns the base URL. */
async function serve(repository: ProgramRepository, intercept: Answer = () => false): Promise<string> {
  const root = dirname(repository.gitDir);
  const server = createServer((request, response) => {
    if (!intercept(request, response)) backend(root, request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/r.git`;
}

/** Runs `git http-backend` as a CGI program. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...hermeticEnv(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: `${request.headers['git-protocol'] ?? ''}`,
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => {});
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.on('close', () => answer(Buffer.concat(parts), response));
}

function answer(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  for (const line of output.toString('latin1', 0, end).split('\r\n')) {
    const [name = '', value = ''] = line.split(/: ?/, 2);
    if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(output.subarray(end + 4));
}

const update = (oid: Oid, expected: Oid | null) => ({ oid, remoteRef: REF, expected, force: false });

describe('transport over http', () => {
  it('pushes under a lease, lists and fetches', async () => {
    const [ours, theirs] = [await create(), await create()];
    const url = await serve(theirs);
    const first = await commit(ours, 'one');
    const transport = programTransport(git, ours.gitDir);
    expect(await transport.push(url, [update(first, null)])).toMatchObject([{ status: 'ok' }]);
    expect(await transport.push(url, [update(await commit(ours, 'two'), null)])).toMatchObject([
      { status: 'stale' },
    ]);
    const next = await commit(ours, 'three', [first]);
    expect(await transport.push(url, [update(next, first)])).toMatchObject([{ status: 'ok' }]);
    expect(await transport.listRemote(url, 'refs/opentraces/')).toEqual([{ name: REF, oid: next }]);
    const third = await create();
    await programTransport(git, third.gitDir).fetch(url, [`+${REF}:${REF}`]);
    expect(await third.refs.read(REF)).toBe(next);
  });

  it('asks for credentials by name, and never repeats the ones it was given', async () => {
    const [ours, theirs] = [await create(), await create()];
    const seen = new Set<string>();
    const url = await serve(theirs, (request, response) => {
      seen.add(Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString());
      response.setHeader('WWW-Authenticate', 'Basic realm="git"');
      response.statusCode = 401;
      response.end();
      return true;
    });
    const transport = programTransport(git, ours.gitDir);
    const auth = { code: 'OT_REMOTE_AUTH', kind: 'refused' };
    await expect(transport.listRemote(url, 'refs/x/')).rejects.toMatchObject(auth);
    const withPassword = url.replace('http://', 'http://me:s3cret@');
    for (const attempt of [
      () => transport.listRemote(withPassword, 'refs/x/'),
      () => transport.fetch(withPassword, [`+${REF}:${REF}`]),
      async () => transport.push(withPassword, [update(await commit(ours, 'one'), null)]),
    ]) {
      const error = (await attempt().catch((caught: unknown) => caught)) as Error & { hint?: string };
      expect(error).toMatchObject(auth);
      expect(`${error.message} ${error.hint}`).not.toContain('s3cret');
    }
    expect(seen).toContain('me:s3cret');
  });

  it('tells a server that is broken from one that refuses', async () => {
    const [ours, theirs] = [await create(), await create()];
    const answers: ReadonlyArray<readonly [number, string]> = [
      [403, 'OT_REMOTE_AUTH'],
      [404, 'OT_REMOTE_UNREACHABLE'],
      [500, 'OT_REMOTE_UNREACHABLE'],
    ];
    for (const [status, code] of answers) {
      const url = await serve(theirs, (_, response) => {
        response.statusCode = status;
        response.end('nothing here');
        return true;
      });
      await expect(programTransport(git, ours.gitDir).listRemote(url, 'refs/x/')).rejects.toMatchObject({
        code,
      });
    }
  });

  it('does not follow a remote into another protocol', async () => {
    const [ours, theirs] = [await create(), await create()];
    const url = await serve(theirs, (_, response) => {
      response.writeHead(302, { Location: `file://${theirs.gitDir}/info/refs?service=git-upload-pack` });
      response.end();
      return true;
    });
    await expect(programTransport(git, ours.gitDir).listRemote(url, 'refs/')).rejects.toMatchObject({
      kind: 'network',
    });
  });
});

describe('a password in a URL', () => {
  it('goes to its host, and to no argument, helper or other host', async () => {
    const [ours, theirs] = [await create(), await create()];
    const seen = new Set<string>();
    const userOf = ({ headers }: IncomingMessage): string =>
      Buffer.from((headers.authorization ?? '').slice(6), 'base64').toString();
    const locked = await serve(theirs, (request, response) => {
      if (userOf(request) === 'me@work:s3cret word') return false;
      seen.add(userOf(request));
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
      return true;
    });
    const folder = tempDir();
    const own = `!f() { echo "$1" >> ${folder}/asked; echo username=other; echo password=wrong; }; f`;
    writeFileSync(join(folder, 'config'), `[credential]\n\thelper = "${own.replaceAll('"', '\\"')}"\n`);
    const trace = join(folder, 'trace');
    const local = testGit({ GIT_CONFIG_GLOBAL: join(folder, 'config'), GIT_TRACE: trace });
    const url = locked.replace('http://', 'http://me%40work:s3cret%20word@');
    const transport = programTransport(local, ours.gitDir);
    const first = await commit(ours, 'one');
    expect(await transport.push(url, [update(first, null)])).toMatchObject([{ status: 'ok' }]);
    expect(await transport.listRemote(url, 'refs/opentraces/')).toEqual([{ name: REF, oid: first }]);
    const third = await create();
    await programTransport(local, third.gitDir).fetch(url, [`+${REF}:${REF}`]);
    expect(seen).toEqual(new Set(['']));
    const commands = readFileSync(trace, 'utf8');
    expect(commands).toMatch(/remote-http _ot http:/);
    expect(commands).not.toMatch(/s3cret|me%40work/);
    expect(existsSync(join(folder, 'asked'))).toBe(false);
    const elsewhere = await serve(theirs, (_, response) => {
      response.writeHead(302, { Location: `${locked}/info/refs?service=git-upload-pack` }).end();
      return true;
    });
    const away = elsewhere.replace('http://', 'http://me%40work:s3cret%20word@');
    await expect(transport.listRemote(away, 'refs/')).rejects.toMatchObject({ code: 'OT_REMOTE_AUTH' });
    expect(seen).toEqual(new Set(['', 'other:wrong']));
  });
});

describe('transport over ssh', () => {
  /** A git whose `ssh` is a script that notes its arguments. */
  function gitOverSsh(script: string) {
    const folder = tempDir();
    const ssh = join(folder, 'ssh');
    writeFileSync(ssh, `#!/bin/sh\necho "$@" >> ${folder}/log\n${script}\n`);
    chmodSync(ssh, 0o755);
    return testGit({ GIT_SSH_COMMAND: ssh, GIT_SSH_VARIANT: 'ssh' });
  }

  it('pushes and fetches through the ssh of the user', async () => {
    const [ours, theirs] = [await create(), await create()];
    const local = gitOverSsh('for last; do :; done; exec sh -c "$last"');
    const first = await commit(ours, 'one');
    const transport = programTransport(local, ours.gitDir);
    for (const url of [`ssh://host.invalid${theirs.gitDir}`, `me@host.invalid:${theirs.gitDir}`]) {
      await transport.push(url, [update(first, await theirs.refs.read(REF))]);
      expect(await transport.listRemote(url, 'refs/opentraces/')).toEqual([{ name: REF, oid: first }]);
    }
  });

  it('names a key that was refused and a host that is not there', async () => {
    const ours = await create();
    const refusals: ReadonlyArray<readonly [string, string]> = [
      ['me@host.invalid: Permission denied (publickey).', 'OT_REMOTE_AUTH'],
      ['Host key verification failed.', 'OT_REMOTE_AUTH'],
      ['ssh: Could not resolve hostname host.invalid: Name or service not known', 'OT_REMOTE_UNREACHABLE'],
      ['ssh: connect to host host.invalid port 22: Connection refused', 'OT_REMOTE_UNREACHABLE'],
    ];
    for (const [said, code] of refusals) {
      const local = gitOverSsh(`echo '${said}' >&2; exit 255`);
      const transport = programTransport(local, ours.gitDir);
      const kind = code === 'OT_REMOTE_AUTH' ? 'refused' : 'network';
      await expect(transport.listRemote('ssh://host.invalid/x.git', 'refs/x/')).rejects.toMatchObject({
        code,
        kind,
      });
    }
  });
});
