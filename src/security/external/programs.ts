/** The external programs of the registry: where they are, which version, and whether they answer. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { ExternalTool } from '../contract.ts';
import { gitleaks } from './gitleaks.ts';
import { runProgram } from './run-program.ts';
import { trufflehog } from './trufflehog.ts';

export interface ProgramSettings {
  /** PATH of the caller; entries that are no absolute folders do not count. */
  readonly searchPath: string;
  /** Milliseconds a program may take for a small input; default one minute. */
  readonly timeLimit?: number;
}

const ADAPTERS = [gitleaks, trufflehog];
const TIME_LIMIT = 60_000;
/** Raised when we ask a program otherwise or read its answer otherwise. */
const ADAPTER_VERSION = 1;

/** Absolute path of the program of a tool; null when it is not installed. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  if (!ADAPTERS.some((adapter) => adapter.name === name)) return null;
  for (const folder of searchPath.split(delimiter).filter(isAbsolute)) {
    const path = join(folder, name);
    if (await isProgram(path)) return path;
  }
  return null;
}

/**
 * Those of the named tools that are programs and installed, ready to run. Throws `OT_TOOL_FAILED` (refused) when
 * one does not say its version.
 */
export async function openPrograms(
  names: readonly string[],
  settings: ProgramSettings,
): Promise<ExternalTool[]> {
  const { searchPath, timeLimit = TIME_LIMIT } = settings;
  const opened: ExternalTool[] = [];
  for (const adapter of ADAPTERS.filter(({ name }) => names.includes(name))) {
    const path = await findProgram(adapter.name, searchPath);
    if (path === null) continue;
    const place = { path, searchPath, timeLimit };
    const input = (async function* (): AsyncIterable<Buffer> {})();
    const call = { ...place, tool: adapter.name, args: adapter.versionArgs, input, readsStderr: true };
    opened.push(adapter.tool(place, versionOf(await runProgram(call))));
  }
  return opened;
}

/** The first number of the answer; a build without one is told apart by its words. */
function versionOf(answer: Buffer): string {
  const text = answer.subarray(0, 4096).toString('latin1');
  const number = /\d{1,6}(?:\.\d{1,6}){1,3}/.exec(text)?.[0];
  return `${ADAPTER_VERSION} ${number ?? createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
