import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const define = { __OT_VERSION__: JSON.stringify(version) };
/** clipanion's package.json names no file ending, and its ES modules are not ones node can load. */
const clipanion = fileURLToPath(new URL('node_modules/clipanion/lib/advanced/index.js', import.meta.url));
const resolve = { alias: [{ find: /^clipanion$/, replacement: clipanion }] };
const base = {
  environment: 'node' as const,
  globalSetup: 'test/support/shared-build.ts',
  setupFiles: ['test/support/each-file.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    // Tests wait for child processes much of the time: two at once pay off on two cores as well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      // Files of one worker share their modules: to read them anew for each took a fifth of the time.
      { define, resolve, test: { ...base, name: 'fast', include: ['test/**/*.test.ts'], isolate: false } },
      // Tests that replace a module for all others.
      { define, resolve, test: { ...base, name: 'mocked', include: ['test/**/*.mocked.ts'] } },
      {
        define,
        resolve,
        test: { ...base, name: 'slow', include: ['test/**/*.slow.ts'], testTimeout: 3_600_000 },
      },
      {
        define,
        resolve,
        test: { ...base, name: 'corpus', include: ['test/**/*.corpus.ts'], testTimeout: 1_800_000 },
      },
    ],
  },
});
