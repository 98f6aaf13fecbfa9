/**
 * Compiled code of our chunks, kept between runs in a folder of the user: compiling them is a third of what
 * a command costs. Node 22 does this itself; before it, V8's code cache does. Without the folder, or with
 * a cache V8 does not take, chunks are compiled as usual.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';
import { makeFolders } from '../base/folders.ts';
import { CACHE_NAME, MADE_FILE } from './purge-cache.ts';

/** What the loader of CommonJS modules hands out; part of node, missing in its types. */
interface LoadedModule {
  exports: unknown;
  require(id: string): unknown;
}
type Loader = (module: LoadedModule, path: string) => void;
type Wrapper = (exports: unknown, require: unknown, module: unknown, path: string, folder: string) => void;

interface ModuleInternals {
  readonly enableCompileCache?: (folder: string) => unknown;
  readonly _extensions: Record<string, Loader>;
  wrap(source: string): string;
}

const DIGEST_BYTES = 32;
/** Caches of other versions are removed all at once when there are more files than this. */
const MOST_FILES = 200;

/**
 * Uses the compiled code of every `.cjs` file loaded from now on, and keeps what is missing, but for a command that
 * leaves nothing anywhere: a dry run, and the removal of all that is ours.
 */
export function keepCompiledCode(argv: readonly string[]): void {
  const internals = Module as unknown as ModuleInternals;
  const base = cacheBase();
  const folder = base === null ? null : cacheFolder(base);
  if (base === null || folder === null) return;
  const keeps = !leavesNothing(argv) && makeFolder(base, folder);
  if (internals.enableCompileCache !== undefined) {
    if (keeps) internals.enableCompileCache(folder);
    return;
  }
  const fresh = new Map<string, Script>();
  internals._extensions['.cjs'] = (module, path) => load(internals, module, path, folder, fresh);
  if (keeps) process.once('exit', () => save(folder, fresh));
}

function leavesNothing([noun, verb, ...options]: readonly string[]): boolean {
  return (noun === 'setup' && verb === 'uninstall') || [noun, verb, ...options].includes('--dry-run');
}

/** Null when nothing says where caches go. */
function cacheBase(): string | null {
  const { XDG_CACHE_HOME: named = '', HOME: home = '' } = process.env;
  const base = named !== '' ? named : home !== '' ? join(home, '.cache') : '';
  return isAbsolute(base) ? base : null;
}

/** Private to the user: whoever can write there runs code here. */
function cacheFolder(base: string): string | null {
  const folder = join(base, CACHE_NAME, `code-${process.version}-${process.arch}`);
  return isOurs(folder) ? folder : null;
}

/** True for a folder that only this user can write, and for one that is not there yet. */
function isOurs(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  return stats.isDirectory() && (stats.mode & 0o022) === 0 && stats.uid === (process.getuid?.() ?? stats.uid);
}

function load(
  internals: ModuleInternals,
  module: LoadedModule,
  path: string,
  folder: string,
  fresh: Map<string, Script>,
): void {
  // A chunk's name holds the hash of its content, so a cache under that name is of this very content.
  const name = `${basename(path)}.cache`;
  const cachedData = readCache(join(folder, name));
  const source = internals.wrap(readFileSync(path, 'utf8'));
  const script = new Script(source, { filename: path, ...(cachedData === null ? {} : { cachedData }) });
  if (cachedData === null || script.cachedDataRejected === true) fresh.set(name, script);
  const run = script.runInThisContext() as Wrapper;
  run.call(module.exports, module.exports, (id: string) => module.require(id), module, path, dirname(path));
}

/** After the work, so that the functions it has used are in the cache. A cache that cannot be written, or was purged meanwhile, is none. */
function save(folder: string, fresh: ReadonlyMap<string, Script>): void {
  if (fresh.size === 0) return;
  try {
    const names = readdirSync(folder);
    if (names.length > MOST_FILES) for (const name of names) rmSync(join(folder, name), { force: true });
    for (const [name, script] of fresh) {
      // What ran once and long ago has lost its code to the collector, a chunk's own body first: this
      // compiles it again and runs nothing of it, since a chunk is one function that nobody calls here.
      script.runInThisContext();
      const draft = join(folder, `${name}.${process.pid}`);
      writeFileSync(draft, encodeCache(script.createCachedData()), { mode: 0o600 });
      renameSync(draft, join(folder, name));
    }
  } catch {
    return;
  }
}

/** Before the work, and never again: whoever removes it meanwhile wants it gone. */
function makeFolder(base: string, folder: string): boolean {
  try {
    const made = makeFolders(folder, 0o700).filter((each) => dirname(folder).startsWith(`${each}/`));
    if (made.length > 0) writeFileSync(join(base, CACHE_NAME, MADE_FILE), `${made.join('\n')}\n`);
    return true;
  } catch {
    return false;
  }
}

/** V8 trusts a cache it is given, and ends the process over a damaged one: so its digest goes before it. */
function encodeCache(data: Buffer): Buffer {
  return Buffer.concat([digestOf(data), data]);
}

function readCache(path: string): Buffer | null {
  try {
    const file = readFileSync(path);
    const data = file.subarray(DIGEST_BYTES);
    return digestOf(data).equals(file.subarray(0, DIGEST_BYTES)) ? data : null;
  } catch {
    return null;
  }
}

function digestOf(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
