/** The files of a session whose log a hook names: the log, and those of its sub-agents. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from '../../base/errors.ts';

/** Sub-agents that older versions of Claude Code put beside the log of their session, and that of every other one. */
const BESIDE = /^agent-[\w-]{1,80}\.jsonl$/;
/** The first line says whose it is; longer ones are a person's whole files. */
const FIRST_BYTES = 64 * 1024;
/** Logs of sub-agents beside a log that are opened, the youngest first. */
const MOST_BESIDE = 256;

/** Empty when the log is no file; throws nothing over what it cannot read. */
export async function sessionPaths(log: string): Promise<string[]> {
  if ((await kindOf(log)) !== 'file') return [];
  const folder = join(log.replace(/\.jsonl$/, ''), 'subagents');
  const own = (await kindOf(folder)) === 'folder' ? [folder] : [];
  return [log, ...own, ...(await besideOf(log))];
}

async function besideOf(log: string): Promise<string[]> {
  const folder = dirname(log);
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => BESIDE.test(name));
  if (names.length === 0 || BESIDE.test(basename(log))) return [];
  const session = basename(log).replace(/\.jsonl$/, '');
  const times = await Promise.all(names.map((name) => timeOf(join(folder, name))));
  const young = names
    .map((name, at) => ({ path: join(folder, name), time: times[at]! }))
    .sort((left, right) => right.time - left.time)
    .slice(0, MOST_BESIDE);
  const found = await Promise.all(
    young.map(async ({ path }) => ((await sessionOf(path)) === session ? [path] : [])),
  );
  return found.flat().sort();
}

async function timeOf(path: string): Promise<number> {
  return stat(path).then(
    (stats) => (stats.isFile() ? stats.mtimeMs : 0),
    () => 0,
  );
}

/** Session that the first line of a log names; null when it cannot be told. */
async function sessionOf(path: string): Promise<string | null> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
      const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
      const session = (JSON.parse(line) as { sessionId?: unknown } | null)?.sessionId;
      return typeof session === 'string' ? session : null;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'EIO'))
      return null;
    throw error;
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other'> {
  return stat(path).then(
    (stats) => (stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other'),
    () => 'other',
  );
}
