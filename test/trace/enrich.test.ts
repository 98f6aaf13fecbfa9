import { describe, expect, it } from 'vitest';
import { languageOf } from '../../src/record/languages.ts';
import type { ObservedDependencies } from '../../src/record/source.ts';
import type { TraceHead } from '../../src/record/trace.ts';
import { enrichedHead, enrichmentOf } from '../../src/trace/enrich.ts';
import { call, Sample, TRACE } from './sample.ts';

const PINS: ObservedDependencies = {
  files: [{ path: 'Cargo.lock', ecosystem: 'cargo', packages: 1 }],
  packages: [{ name: 'serde', version: '1.0.1', ecosystem: 'cargo', source: 'Cargo.lock' }],
};
const USAGE = {
  input_tokens: 1000,
  output_tokens: 100,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  prefix_reuse_tokens: 0,
};

const sample = new Sample()
  .ask('go')
  .calls([call('Read', { file_path: '/w/a.py' }), call('Read', { file_path: '/w/README.md' })])
  .with({ model: 'claude-opus-4-5', token_usage: USAGE })
  .edit('/w/b.ts', '/w/b.ts')
  .with({ model: 'nobody', token_usage: USAGE })
  .calls([call('Edit', { file_path: '/w/c.go' })], { error: 'tool_error' })
  .run('npm test', 'Tests 1 failed | 4 passed', 'exit_code:1')
  .calls([call('WebFetch', { url: 'https://example.com/doc' }), call('WebSearch', { query: 'how to' })]);

describe('enrichmentOf', () => {
  it('derives languages, tests, addresses and cost from the steps', () => {
    expect(enrichmentOf(TRACE, sample.steps, PINS)).toEqual({
      outcome: { tests: { passed: null, failed: 5 }, commit_sha: null },
      languages: [
        { name: 'TypeScript', files_edited: 1, files_read: 0 },
        { name: 'Python', files_edited: 0, files_read: 1 },
      ],
      ecosystems: ['cargo', 'npm', 'pypi'],
      test_runs: [{ step_index: 5, runner: 'npm test', status: 'failed', passed: 4, failed: 1 }],
      consulted_urls: [{ step_index: 6, url: 'https://example.com/doc' }],
      web_searches: [{ step_index: 6, query: 'how to' }],
      estimated_cost_usd: 0.0075,
      unpriced_calls: 1,
    });
  });

  it('knows nothing of an empty trace, and guesses nothing', () => {
    expect(enrichmentOf(TRACE, [], null)).toMatchObject({
      languages: [],
      ecosystems: [],
      estimated_cost_usd: null,
      unpriced_calls: 0,
    });
  });

  it('bounds its lists', () => {
    const many = new Sample().calls(
      Array.from({ length: 1500 }, () => call('WebFetch', { url: 'https://example.com' })),
    );
    expect(enrichmentOf(TRACE, many.steps, null).consulted_urls).toHaveLength(1000);
  });
});

it('enrichedHead names its fields as the schema does, and tells not seen from none', () => {
  const head = {
    environment: { vcs: { type: 'git' } },
    outcome: { success: null },
    metrics: { total_steps: 6 },
    metadata: { own: 1 },
  } as unknown as TraceHead;
  const found = enrichmentOf(TRACE, sample.steps, PINS);
  expect(enrichedHead(head, found, PINS)).toMatchObject({
    environment: {
      vcs: { type: 'git' },
      language_ecosystem: ['cargo', 'npm', 'pypi'],
      resolved_dependencies: [{ name: 'serde', version: '1.0.1', source: 'Cargo.lock' }],
    },
    dependencies: ['serde'],
    outcome: { success: false, signal_confidence: 'derived', committed: false, commit_sha: null },
    metrics: { total_steps: 6, estimated_cost_usd: 0.0075 },
    metadata: { own: 1, cost: { unpriced_calls: 1 }, test_runs: [{ status: 'failed' }] },
  });
  expect(enrichedHead(head, found, null)).toMatchObject({
    environment: { resolved_dependencies: null },
    dependencies: [],
  });
});

it.each([
  ['/a/b.tsx', 'TypeScript'],
  ['C:\\x\\Y.PY', 'Python'],
  ['Dockerfile', 'Dockerfile'],
  ['.ts', undefined],
  ['a.json', undefined],
  ['ts', undefined],
  ['a.constructor', undefined],
])('%s is %s', (path, name) => {
  expect(languageOf(path)?.name).toBe(name);
});
