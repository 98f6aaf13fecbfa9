/** Runs a piece of our source in a process of its own: what a test in this process could not survive or see. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { hermeticEnv, tempDir } from '../support/git-env.ts';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '../../src');

/** Bundles a script; `src/` in its import paths is our source folder. Returns the file to run. */
export async function bundleScript(script: string): Promise<string> {
  const folder = tempDir();
  const input = join(folder, 'script.ts');
  writeFileSync(input, script.replaceAll("'src/", `'${SOURCE}/`));
  const file = join(folder, 'script.mjs');
  await build({ input, platform: 'node', output: { file, format: 'esm' }, logLevel: 'silent' });
  return file;
}

export function startScript(file: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [file, ...args], {
    env: hermeticEnv(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Exit code and output of a script that ends by itself; null when it had to be killed after `timeout` ms. */
export async function runScript(
  file: string,
  args: readonly string[],
  timeout: number,
): Promise<{ code: number | null; stdout: string }> {
  const child = startScript(file, ...args);
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { code, stdout };
}
