/** The scripted repositories of `fixtures/repos`: what their agents did, and whose line is whose in the end. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Machine, newMachine, ROOT } from './cli.ts';
import type { Call, LoggedSession } from './trail-logs/call.ts';

const SCRIPTS = join(ROOT, 'fixtures', 'repos');

/** Names of all scripts. */
export function repositoryCases(): string[] {
  return readdirSync(SCRIPTS)
    .filter((name) => name.endsWith('.sh') && name !== 'lib.sh')
    .map((name) => name.slice(0, -'.sh'.length))
    .sort();
}

export interface ExpectedLine {
  /** `session.call`, or `-` for a person; any of several, and no answer, is right. */
  readonly owners: readonly string[];
  readonly text: string;
}

export interface ExpectedFile {
  readonly folder: string;
  readonly path: string;
  /** Lines of agents that may stay without an answer. */
  readonly gaps: number;
  readonly lines: readonly ExpectedLine[];
}

export interface MadeRepository {
  /** Its current folder is the repository. */
  readonly machine: Machine;
  readonly sessions: readonly LoggedSession[];
  readonly files: readonly ExpectedFile[];
}

/** Runs a script in a folder of its own. */
export function makeRepository(name: string): MadeRepository {
  const machine = newMachine();
  const base = join(machine.home, 'made');
  mkdirSync(base);
  const script = join(SCRIPTS, `${name}.sh`);
  const env = { PATH: machine.env.PATH ?? '' };
  const { status, stderr } = spawnSync('sh', [script, base], { env, cwd: base, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name}.sh: ${stderr}`);
  return {
    machine: { ...machine, cwd: join(base, 'repo') },
    sessions: sessionsIn(base),
    files: filesIn(base),
  };
}

function sessionsIn(base: string): LoggedSession[] {
  const calls = readdirSync(join(base, 'calls'))
    .sort()
    .map((number) => callIn(join(base, 'calls', number)));
  return readdirSync(join(base, 'sessions')).map((name) => ({
    name,
    agent: readFileSync(join(base, 'sessions', name), 'utf8').trim(),
    calls: calls.filter(({ session }) => session === name).map(({ call }) => call),
  }));
}

function callIn(folder: string): { readonly session: string; readonly call: Call } {
  const text = (name: string): string | null =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : null;
  const [session = '', tool, path = '', seconds, cwd = '', outcome] = (text('call') ?? '').split('\n');
  const parts = [];
  for (let part = 1; text(`old${part}`) !== null; part += 1)
    parts.push({ before: text(`old${part}`) ?? '', after: text(`new${part}`) ?? '' });
  return {
    session,
    call: {
      tool: tool as Call['tool'],
      path,
      folder: cwd,
      seconds: Number(seconds),
      failed: outcome === 'failed',
      before: text('before'),
      after: text('after'),
      parts,
      text: text('text') ?? '',
    },
  };
}

function filesIn(base: string): ExpectedFile[] {
  return readdirSync(join(base, 'expected'))
    .sort()
    .map((number) => {
      const rows = readFileSync(join(base, 'expected', number), 'utf8')
        .split('\n')
        .slice(0, -1);
      const [folder = '', path = '', gaps = '0'] = rows;
      return { folder, path, gaps: Number(gaps), lines: rows.slice(3).map(expectedLine) };
    });
}

function expectedLine(row: string): ExpectedLine {
  const [owners = ''] = row.split(' ', 1);
  return { owners: owners.split('/'), text: row.slice(owners.length + 1) };
}
