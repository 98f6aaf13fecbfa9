import { defineConfig } from 'vitest/config';

const base = { environment: 'node' as const, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { ...base, name: 'fast', include: ['test/**/*.test.ts'] } },
      { test: { ...base, name: 'slow', include: ['test/**/*.slow.ts'], testTimeout: 3_600_000 } },
      { test: { ...base, name: 'corpus', include: ['test/**/*.corpus.ts'], testTimeout: 1_800_000 } },
    ],
  },
});
