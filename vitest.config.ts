import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const define = { __OT_VERSION__: JSON.stringify(version) };
const base = { environment: 'node' as const, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { define, test: { ...base, name: 'fast', include: ['test/**/*.test.ts'] } },
      { define, test: { ...base, name: 'slow', include: ['test/**/*.slow.ts'], testTimeout: 3_600_000 } },
      { define, test: { ...base, name: 'corpus', include: ['test/**/*.corpus.ts'], testTimeout: 1_800_000 } },
    ],
  },
});
