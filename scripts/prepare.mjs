// npm runs this after installing a clone. `npm install -g .` in a fresh clone links the folder without its
// tools, so they are fetched here before the build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (!existsSync(join(root, 'node_modules', 'rolldown'))) {
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error('run npm install first');
  // What the outer npm was told about a global folder is not for this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)));
  const args = [npm, 'ci', '--ignore-scripts', '--include=dev', '--no-progress'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
await import('./build.mjs');
