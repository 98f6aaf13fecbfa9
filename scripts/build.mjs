// Bundles src/cli/main.ts into dist/git-ot.cjs and one CommonJS chunk per dynamic import, and the thread that seals
// into dist/seal-worker.cjs. CommonJS and
// minified because start-up time is a bar: node reads and compiles nothing that a command does not use.
// usage: node scripts/build.mjs [--out DIR] [--without-context]; the latter builds a program for the benchmark alone, whose
// captures derive no context
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const clipanion = join(root, 'node_modules/clipanion/lib');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist') },
    'without-context': { type: 'boolean', default: false },
  },
});
const out = resolve(values.out);
const draft = `${out}.${process.pid}.tmp`;

/** Puts a writer of nothing in the place of the one that derives contexts. */
const noContext = {
  name: 'no-context',
  load: (id) =>
    id.endsWith('capture/context-segments.ts')
      ? { code: 'export class ContextWriter { note() {} add() {} end() {} }', moduleType: 'js' }
      : null,
};

const common = {
  plugins: values['without-context'] ? [noContext] : [],
  cwd: root,
  platform: 'node',
  tsconfig: false,
  logLevel: 'warn',
  resolve: {
    // The ES modules of clipanion, which the bundler can cut down; its package.json names only CommonJS.
    alias: {
      'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js'),
      'clipanion/lib/core.js': join(clipanion, 'core.mjs'),
      clipanion: join(clipanion, 'advanced/index.mjs'),
    },
  },
  transform: {
    target: 'node20',
    define: { __OT_VERSION__: JSON.stringify(version), 'process.env.DEBUG_CLI': '"0"' },
  },
};
const output = {
  dir: draft,
  format: 'cjs',
  exports: 'named',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  minify: true,
};

await build({ ...common, input: { 'git-ot': 'src/cli/main.ts' }, output });
// By itself: shared chunks would cost every start of the program a file.
await build({ ...common, input: { 'seal-worker': 'src/sync/seal-worker.ts' }, output });
chmodSync(join(draft, 'git-ot.cjs'), 0o755);
rmSync(out, { recursive: true, force: true });
renameSync(draft, out);

// libsql and the hooks stay outside the bundle; a build in another place finds them through links beside itself.
if (dirname(out) !== root) for (const name of ['node_modules', 'hooks']) link(name);

function link(name) {
  try {
    symlinkSync(join(root, name), join(dirname(out), name), 'junction');
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}
