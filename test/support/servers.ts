/** Real servers for git on loopback: `sshd`, and `git http-backend` behind node's http server. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { hermeticEnv, tempDir } from './git-env.ts';

/** A way to reach bare repositories of this machine. */
export interface GitServer {
  /** URL of the repository at this absolute path. */
  url(repository: string): string;
  /** Variables a git client needs to get in. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export const WIRES = ['path', 'ssh', 'http'] as const;
export type Wire = (typeof WIRES)[number];

/** Tests of a wire that this machine cannot offer are skipped, and shown as such. */
export function isMissing(wire: Wire): boolean {
  return wire === 'ssh' && SSHD === null;
}

export async function startWire(wire: Wire): Promise<GitServer> {
  if (wire === 'ssh') return startSshd();
  if (wire === 'http') return startHttp();
  return { url: (repository) => repository, env: {}, stop: async () => {} };
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const SSHD_PLACES = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/lib/ssh'];

/** Absolute path of `sshd`, which must be started by it; null when this machine has none. */
export const SSHD: string | null =
  SSHD_PLACES.map((folder) => join(folder, 'sshd')).find((path) => isExecutable(path)) ?? null;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** An `sshd` of its own for the current user, who gets in with a key made for it and nothing else. */
export async function startSshd(): Promise<GitServer> {
  if (SSHD === null) throw new Error('this machine has no sshd');
  const folder = tempDir('git-ot-sshd-');
  const port = await freePort();
  for (const key of ['host_key', 'user_key']) await makeKey(join(folder, key));
  copyFileSync(join(folder, 'user_key.pub'), join(folder, 'authorized_keys'));
  writeFileSync(join(folder, 'sshd_config'), sshdConfig(folder, port));
  // Wanted by an sshd that runs as root; a service manager makes it elsewhere.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await untilListening(child, port);
  return {
    url: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    env: { GIT_SSH_COMMAND: sshCommand(folder), GIT_SSH_VARIANT: 'ssh' },
    stop: () => stopChild(child),
  };
}

const run = promisify(execFile);

async function makeKey(path: string): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'git-ot test', '-f', path]);
}

function sshdConfig(folder: string, port: number): string {
  const env = ['GIT_CONFIG_GLOBAL=/dev/null', 'GIT_CONFIG_NOSYSTEM=1', `PATH=${process.env.PATH ?? ''}`];
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    `PidFile ${folder}/sshd.pid`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 200',
    'PrintMotd no',
    'LogLevel ERROR',
    `SetEnv ${env.map((setting) => `"${setting}"`).join(' ')}`,
    '',
  ].join('\n');
}

/** `accept-new` writes the host key into a file of this test, never into the user's own. */
function sshCommand(folder: string): string {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'LogLevel=ERROR',
    'StrictHostKeyChecking=accept-new',
    `UserKnownHostsFile=${folder}/known_hosts`,
  ];
  return `ssh -F /dev/null -i ${folder}/user_key ${options.map((option) => `-o ${option}`).join(' ')}`;
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`sshd ended at once: ${said.slice(0, 500)}`);
    if (await answers(port)) return;
    await delay(25);
  }
  throw new Error(`sshd does not listen: ${said.slice(0, 500)}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export interface HttpOptions {
  /** Asked of every request (HTTP basic); default: everybody may read and write. */
  readonly password?: { readonly user: string; readonly secret: string };
  /** Called before a request is handled; true answers it with status 500 and nothing else. */
  readonly fails?: (request: IncomingMessage) => boolean;
}

export interface HttpServer extends GitServer {
  readonly port: number;
  /** URL with these credentials inside. */
  urlWith(user: string, secret: string, repository: string): string;
  /** Method, path and body encoding of each request so far. */
  readonly seen: readonly string[];
}

/** `git http-backend` for every repository of this machine, pushes included. */
export async function startHttp(options: HttpOptions = {}): Promise<HttpServer> {
  const seen: string[] = [];
  const env = hermeticEnv();
  const server = createServer((request, response) => {
    const encoding = request.headers['content-encoding'] ?? request.headers['transfer-encoding'] ?? 'plain';
    seen.push(`${request.method} ${request.url?.split('?')[0]} ${encoding}`);
    if (options.fails?.(request) === true) response.writeHead(500).end();
    else if (!isWelcome(request, options)) refuse(response);
    else backend(request, response, env);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (repository) => `http://127.0.0.1:${port}${repository}`,
    urlWith: (user, secret, repository) => `http://${user}:${secret}@127.0.0.1:${port}${repository}`,
    env: {},
    port,
    seen,
    stop: () => stopServer(server),
  };
}

function isWelcome({ headers }: IncomingMessage, { password }: HttpOptions): boolean {
  if (password === undefined) return true;
  const wanted = Buffer.from(`${password.user}:${password.secret}`).toString('base64');
  return headers.authorization === `Basic ${wanted}`;
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
}

/** One request as CGI. The body is unpacked here, and its length is what the end of the stream says. */
function backend(request: IncomingMessage, response: ServerResponse, env: Record<string, string>): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      ...env,
      GIT_PROJECT_ROOT: '/',
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  const isZipped = request.headers['content-encoding'] === 'gzip';
  const body = isZipped ? request.pipe(createGunzip()) : request;
  body.on('error', () => child.kill());
  body.pipe(child.stdin);
  response.on('close', () => child.kill());
  relay(child.stdout, response);
}

/** CGI output: header lines, an empty line, the body. */
function relay(stdout: NodeJS.ReadableStream, response: ServerResponse): void {
  let head: Buffer | null = Buffer.alloc(0);
  stdout.on('data', (chunk: Buffer) => {
    if (head === null) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const { status, headers } = parseHead(head.subarray(0, end).toString('latin1'));
    response.writeHead(status, headers);
    response.write(head.subarray(end + 4));
    head = null;
  });
  stdout.on('end', () => {
    if (head !== null) response.writeHead(500);
    response.end();
  });
}

function parseHead(text: string): { status: number; headers: Record<string, string> } {
  const fields = text.split('\r\n').map((line) => line.split(/:\s*/, 2) as [string, string]);
  const status = Number.parseInt(fields.find(([name]) => name === 'Status')?.[1] ?? '200', 10);
  return { status, headers: Object.fromEntries(fields.filter(([name]) => name !== 'Status')) };
}

async function stopServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
