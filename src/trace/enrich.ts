/**
 * What a trace tells beyond its own fields: languages, dependencies, tests, addresses, cost. Derived whenever
 * it is read, from the steps and from what was seen beside them, and stored nowhere.
 */
import { languageOf } from '../record/languages.ts';
import type { ObservedDependencies } from '../record/source.ts';
import { isUnused, type Step } from '../record/step.ts';
import { endedWell, type TestResult } from '../record/test-run.ts';
import type { TraceHead } from '../record/trace.ts';
import { activityOf, type CallActivity, type TestRun } from './activity.ts';
import { costOf } from './cost.ts';
import { PRICE_TABLE } from './prices.ts';

export interface LanguageUse {
  readonly name: string;
  /** Distinct files. */
  readonly files_edited: number;
  readonly files_read: number;
}

/** How a session ended, as `trace query --success` and `--committed` have it. */
export interface DerivedOutcome {
  /** Step of the last run of tests with this result; null when there was none. */
  readonly tests: { readonly passed: number | null; readonly failed: number | null };
  /** As git abbreviated the last commit that a command made; null when none did. */
  readonly commit_sha: string | null;
}

export interface Enrichment {
  readonly outcome: DerivedOutcome;
  /** Most edited first, then most read. */
  readonly languages: readonly LanguageUse[];
  /** Places packages come from, by files and lock files, sorted. */
  readonly ecosystems: readonly string[];
  readonly test_runs: ReadonlyArray<{ readonly step_index: number; readonly runner: string } & TestResult>;
  readonly consulted_urls: ReadonlyArray<{ readonly step_index: number; readonly url: string }>;
  readonly web_searches: ReadonlyArray<{ readonly step_index: number; readonly query: string }>;
  /** List price in US dollars; null when no call has one. Without sub-agents: they are traces of their own. */
  readonly estimated_cost_usd: number | null;
  readonly unpriced_calls: number;
}

/** Longest list of any kind that a record carries. */
const MOST = 1000;

/** Pure. */
export function enrichmentOf(
  traceId: string,
  steps: readonly Step[],
  dependencies: ObservedDependencies | null,
): Enrichment {
  const { calls, tests, commits } = activityOf(traceId, steps);
  const files = filesOf(calls);
  return {
    outcome: {
      tests: { passed: lastRun(tests, 'passed'), failed: lastRun(tests, 'failed') },
      commit_sha: commits.at(-1)?.sha ?? null,
    },
    languages: languagesOf(files),
    ecosystems: ecosystemsOf(files, dependencies),
    test_runs: tests
      .slice(0, MOST)
      .map(({ step, runner, result }) => ({ step_index: step, runner, ...result })),
    consulted_urls: calls
      .flatMap(({ step, facts }) => (facts.url === null ? [] : [{ step_index: step, url: facts.url }]))
      .slice(0, MOST),
    web_searches: calls
      .flatMap(({ step, facts }) =>
        facts.webQuery === null ? [] : [{ step_index: step, query: facts.webQuery }],
      )
      .slice(0, MOST),
    ...costs(steps),
  };
}

function lastRun(tests: readonly TestRun[], status: TestResult['status']): number | null {
  return tests.findLast(({ result }) => result.status === status)?.step ?? null;
}

interface Files {
  readonly edited: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
}

function filesOf(calls: readonly CallActivity[]): Files {
  const done = calls.filter(({ failed }) => !failed);
  return {
    edited: new Set(done.flatMap(({ facts }) => facts.filesEdited)),
    read: new Set(done.flatMap(({ facts }) => facts.filesRead)),
  };
}

function languagesOf({ edited, read }: Files): LanguageUse[] {
  const uses = new Map<string, { name: string; files_edited: number; files_read: number }>();
  const count = (paths: ReadonlySet<string>, key: 'files_edited' | 'files_read'): void => {
    for (const path of paths) {
      const name = languageOf(path)?.name;
      if (name === undefined) continue;
      const use = uses.get(name) ?? { name, files_edited: 0, files_read: 0 };
      uses.set(name, use);
      use[key] += 1;
    }
  };
  count(edited, 'files_edited');
  count(read, 'files_read');
  return [...uses.values()].sort(
    (left, right) =>
      right.files_edited - left.files_edited ||
      right.files_read - left.files_read ||
      (left.name < right.name ? -1 : 1),
  );
}

function ecosystemsOf({ edited, read }: Files, dependencies: ObservedDependencies | null): string[] {
  const byFile = [...edited, ...read].flatMap((path) => languageOf(path)?.ecosystem ?? []);
  const byLock = dependencies?.files.map(({ ecosystem }) => ecosystem) ?? [];
  return [...new Set([...byFile, ...byLock])].sort();
}

function costs(steps: readonly Step[]): Pick<Enrichment, 'estimated_cost_usd' | 'unpriced_calls'> {
  let micros = 0;
  let priced = 0;
  let unpriced = 0;
  for (const { token_usage: usage, model, timestamp } of steps) {
    if (usage === undefined || isUnused(usage)) continue;
    const cost = costOf(model, timestamp?.slice(0, 10) ?? null, usage);
    if (cost === null) unpriced += 1;
    else {
      priced += 1;
      micros += cost * 1_000_000;
    }
  }
  return {
    estimated_cost_usd: priced === 0 ? null : Math.round(micros) / 1_000_000,
    unpriced_calls: unpriced,
  };
}

/** The record's fields that follow from an enrichment, named as the opentraces schema 0.9 names them. */
export function enrichedHead(
  head: TraceHead,
  found: Enrichment,
  dependencies: ObservedDependencies | null,
): TraceHead {
  const {
    languages,
    test_runs,
    consulted_urls,
    web_searches,
    ecosystems,
    estimated_cost_usd,
    unpriced_calls,
  } = found;
  return {
    ...head,
    environment: {
      ...head.environment,
      language_ecosystem: ecosystems,
      resolved_dependencies:
        dependencies === null
          ? null
          : dependencies.packages.map(({ name, version, source }) => ({ name, version, source })),
    },
    outcome: outcomeOf(head, found.outcome),
    dependencies: [...new Set(dependencies?.packages.map(({ name }) => name) ?? [])],
    metrics: { ...head.metrics, estimated_cost_usd },
    metadata: {
      ...head.metadata,
      languages,
      test_runs,
      consulted_urls,
      web_searches,
      cost: { prices: PRICE_TABLE.date, unpriced_calls },
    },
  };
}

/** A record that says itself how it ended is left as it is. */
function outcomeOf(
  { outcome }: TraceHead,
  { tests, commit_sha }: DerivedOutcome,
): TraceHead['outcome'] & { readonly committed: boolean } {
  const success = endedWell(outcome.success, tests);
  const derived = (outcome.success ?? null) === null && success !== null;
  return {
    ...outcome,
    success,
    ...(derived ? { signal_source: 'deterministic', signal_confidence: 'derived' } : {}),
    committed: commit_sha !== null,
    commit_sha,
  };
}
