/** One hit as a packet that a person or an agent can go on from: what, where, why. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { missingTexts } from '../bucket/steps.ts';
import { type FacetCount, type TraceInfo, TraceLookup } from '../catalog/lookup.ts';
import type { StepHit } from '../catalog/search.ts';
import { stepTexts } from '../catalog/step-text.ts';
import type { Step } from '../record/step.ts';
import { unitId } from './map-list.ts';
import type { TraceMap } from './map-node.ts';
import { evidenceOf } from './query-evidence.ts';
import { type Excerpt, excerptsOf, type Matcher, openingOf } from './query-excerpt.ts';
import { previewOf } from './query-preview.ts';
import { StepReader } from './query-steps.ts';

export interface CandidateFacet {
  readonly name: string;
  readonly value: string;
  readonly source:
    | 'exact_schema'
    | 'tool_input'
    | 'bash_command'
    | 'test_output'
    | 'file_path'
    | 'dependency';
  readonly confidence: 'deterministic' | 'heuristic';
  /** Step it was first seen at, as `ID:STEP`. */
  readonly evidence_ref: string;
  readonly count: number;
}

export interface CandidateSignal {
  readonly name: string;
  readonly value: string;
  readonly confidence: 'deterministic' | 'heuristic';
  readonly evidence_refs: readonly string[];
  readonly metadata: Readonly<Record<string, number>>;
}

export interface CandidatePacket {
  readonly unit_id: string;
  readonly unit_type: 'step';
  readonly trace_id: string;
  readonly step_index: number;
  readonly role: string | null;
  readonly timestamp: string | null;
  readonly project_slug: string;
  readonly title: string | null;
  readonly intent_preview: string | null;
  readonly candidate_kind: 'trace_step';
  readonly match_explanation: string;
  readonly score: number;
  readonly score_parts: Readonly<Record<string, number>>;
  readonly matched_fields: readonly string[];
  readonly excerpts: readonly Excerpt[];
  readonly facets: readonly CandidateFacet[];
  readonly signals: readonly CandidateSignal[];
  readonly skills: readonly string[];
  readonly files: readonly string[];
  readonly test_commands: readonly string[];
  readonly trail_refs: readonly string[];
  readonly map_ref: string;
  /** Nodes of the step in `trace map`, as they stand in `slice_preview`. */
  readonly map_node_refs: readonly string[];
  /** `short` is what to type after `git ot trace get`. */
  readonly refs: Readonly<Record<string, string>>;
  /** The part of `trace map` that is this step, at most 40 nodes of it; empty when the step is not here. */
  readonly slice_preview: TraceMap;
  readonly limitations: readonly string[];
  readonly metadata: Readonly<Record<string, string | number | boolean | null>>;
}

const MOST_FACETS = 40;
const MOST_FILES = 12;

/** Packets for the hits of one query: a segment that holds several of them is read once. */
export class CandidateReader {
  readonly #lookup: TraceLookup;
  readonly #steps: StepReader;
  readonly #matcher: Matcher | null;

  /** Without a matcher what shows the filter is shown, else a step's opening. */
  constructor(
    database: Sqlite,
    shelves: readonly Shelf[],
    hits: readonly StepHit[],
    matcher: Matcher | null,
  ) {
    const traces = hits.map(({ trace }) => trace);
    this.#lookup = new TraceLookup(database, traces, MOST_FACETS);
    this.#steps = new StepReader(this.#lookup, shelves);
    this.#matcher = matcher;
  }

  /** Null when the trace has gone since. The step's text comes from git; one that is not here is a limitation. */
  async read(hit: StepHit): Promise<CandidatePacket | null> {
    const info = this.#lookup.info(hit.trace);
    if (info === null) return null;
    const step = await this.#steps.at(hit);
    const shown =
      step === null
        ? UNREAD
        : {
            step,
            excerpts: this.#excerpts(step, hit),
            preview: await previewOf(this.#steps, hit, step, info.trace_id),
          };
    return packet(hit, info, this.#lookup.facets(hit.trace), shown);
  }

  #excerpts(step: Step, { evidence }: StepHit): Excerpt[] {
    if (this.#matcher !== null) return excerptsOf(stepTexts(step), this.#matcher);
    return evidence === undefined ? openingOf(stepTexts(step)) : evidenceOf(step, evidence);
  }
}

/** What of a hit comes from its step. */
interface Shown {
  /** Null when it is not here. */
  readonly step: Step | null;
  readonly excerpts: readonly Excerpt[];
  readonly preview: TraceMap;
}

const UNREAD: Shown = { step: null, excerpts: [], preview: { nodes: [], edges: [] } };

function packet(
  { step, score }: StepHit,
  info: TraceInfo,
  facets: readonly FacetCount[],
  { step: read, excerpts, preview }: Shown,
): CandidatePacket {
  const id = info.trace_id;
  const valuesOf = (...names: string[]): string[] => [
    ...new Set(facets.filter(({ name }) => names.includes(name)).map(({ value }) => value)),
  ];
  const fields = excerpts.filter(({ highlights }) => highlights.length > 0).map(({ field }) => field);
  return {
    unit_id: unitId(id, step),
    unit_type: 'step',
    trace_id: id,
    step_index: step,
    role: read?.role ?? null,
    timestamp: read?.timestamp ?? null,
    project_slug: info.project_name,
    title: info.title,
    intent_preview: info.intent,
    candidate_kind: 'trace_step',
    match_explanation: fields.length === 0 ? 'passes the filters' : `words found in ${fields.join(', ')}`,
    score: rounded(score),
    score_parts: { text: rounded(score) },
    matched_fields: fields,
    excerpts,
    facets: facets.map((facet) => facetOf(id, facet)),
    signals: facets.filter(({ name }) => SIGNALS.has(name)).map((facet) => signalOf(id, facet)),
    skills: valuesOf('skill.name'),
    files: valuesOf('file.edit', 'file.read').slice(0, MOST_FILES),
    test_commands: valuesOf('test.framework'),
    trail_refs: valuesOf('commit.sha').map((sha) => `c:${sha}`),
    map_ref: `tmn:${id}`,
    map_node_refs: preview.nodes.map(({ node_id }) => node_id),
    refs: {
      trace: `t:${id}`,
      step: `${id}:${step}`,
      short: `${info.short_id}:${step}`,
      ...(info.parent === null ? {} : { parent: `t:${info.parent}` }),
    },
    slice_preview: preview,
    limitations: limitationsOf(info, read),
    metadata: metadataOf(info),
  };
}

const SIGNALS: ReadonlySet<string> = new Set(['error', 'test.result', 'commit.sha']);

function signalOf(traceId: string, { name, value, step, count }: FacetCount): CandidateSignal {
  const confidence = name === 'error' ? 'deterministic' : 'heuristic';
  return { name, value, confidence, evidence_refs: [`${traceId}:${step}`], metadata: { count } };
}

const SOURCES: Readonly<Record<string, CandidateFacet['source']>> = {
  'tool.name': 'exact_schema',
  error: 'exact_schema',
  'skill.name': 'tool_input',
  'file.read': 'file_path',
  'file.edit': 'file_path',
  'bash.command_family': 'bash_command',
  'test.framework': 'bash_command',
  'test.result': 'test_output',
  'commit.sha': 'test_output',
  'dependency.name': 'dependency',
  'dependency.version': 'dependency',
};
const EXACT: ReadonlySet<string> = new Set([
  'tool.name',
  'model.name',
  'error',
  'skill.name',
  'file.read',
  'file.edit',
]);

function facetOf(traceId: string, { name, value, step, count }: FacetCount): CandidateFacet {
  return {
    name,
    value,
    source: SOURCES[name] ?? 'exact_schema',
    confidence: EXACT.has(name) ? 'deterministic' : 'heuristic',
    evidence_ref: `${traceId}:${step}`,
    count,
  };
}

function limitationsOf(info: TraceInfo, read: Step | null): string[] {
  const isWhole = read !== null && missingTexts(read) === 0;
  return [...(isWhole ? [] : ['text_not_here']), ...(info.gaps > 0 ? ['trace_incomplete'] : [])];
}

function metadataOf(info: TraceInfo): CandidatePacket['metadata'] {
  return {
    agent: info.agent,
    model: info.model,
    project_id: info.project_id,
    remote: info.remote === '' ? null : info.remote,
    steps: info.steps,
    started: info.started === null ? null : new Date(info.started).toISOString(),
    ended: info.ended === null ? null : new Date(info.ended).toISOString(),
    committed: info.committed === 1,
    success: info.success === null ? null : info.success === 1,
  };
}

function rounded(score: number): number {
  return Math.round(score * 10_000) / 10_000;
}
