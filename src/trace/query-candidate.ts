/** One hit as a packet that a person or an agent can go on from: what, where, why. */
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { decodeStep, inflateStep } from '../bucket/steps.ts';
import { TraceFolder } from '../bucket/trace-folder.ts';
import { type FacetCount, type TraceInfo, TraceLookup } from '../catalog/lookup.ts';
import type { StepHit } from '../catalog/search.ts';
import { type StepTexts, stepTexts } from '../catalog/step-text.ts';
import type { Step } from '../record/step.ts';
import { type Excerpt, excerptsOf, type Matcher, openingOf } from './query-excerpt.ts';

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
  readonly map_node_refs: readonly string[];
  readonly refs: Readonly<Record<string, string>>;
  readonly limitations: readonly string[];
  readonly metadata: Readonly<Record<string, string | number | boolean | null>>;
}

const MOST_FACETS = 40;
const MOST_FILES = 12;

/** Packets for the hits of one query: a segment that holds several of them is read once. */
export class CandidateReader {
  readonly #lookup: TraceLookup;
  readonly #shelves: readonly Shelf[];
  readonly #matcher: Matcher | null;
  readonly #segments = new Map<string, Promise<Buffer | null>>();

  /** Without a matcher a step's opening is shown. */
  constructor(
    database: Sqlite,
    shelves: readonly Shelf[],
    hits: readonly StepHit[],
    matcher: Matcher | null,
  ) {
    this.#lookup = new TraceLookup(database, hits, MOST_FACETS);
    this.#shelves = shelves;
    this.#matcher = matcher;
  }

  /** Null when the trace has gone since. The step's text comes from git; one that is not here is a limitation. */
  async read(hit: StepHit): Promise<CandidatePacket | null> {
    const info = this.#lookup.info(hit.trace);
    if (info === null) return null;
    const step = await this.#readStep(hit, info);
    const texts = step === null ? null : stepTexts(step);
    return packet(hit, info, this.#lookup.facets(hit.trace), step, this.#excerpts(texts));
  }

  #excerpts(texts: StepTexts | null): Excerpt[] {
    if (texts === null) return [];
    return this.#matcher === null ? openingOf(texts) : excerptsOf(texts, this.#matcher);
  }

  async #readStep({ trace, step }: StepHit, info: TraceInfo): Promise<Step | null> {
    const oid = this.#lookup.segment(trace, step);
    const shelf = this.#shelves.find((each) => (each.remote ?? '') === info.remote);
    if (oid === null || shelf === undefined) return null;
    try {
      const segment = await this.#segment(shelf, oid);
      const found = segment === null ? null : stepOf(segment, step, info.trace_id);
      if (found === null) return null;
      const { read, line } = found;
      const folder = new TraceFolder(shelf.objects, info.trace_id, info.tree);
      return line.includes('"$blob"') ? await inflateStep(read, folder, shelf.objects) : read;
    } catch (error) {
      if (error instanceof OtError) return null;
      throw error;
    }
  }

  #segment(shelf: Shelf, oid: string): Promise<Buffer | null> {
    const key = `${shelf.remote ?? ''}\0${oid}`;
    let segment = this.#segments.get(key);
    if (segment === undefined) {
      segment = shelf.objects.read(oid).then((found) => (found === null ? null : found.data));
      this.#segments.set(key, segment);
    }
    return segment;
  }
}

/** The step of a segment, found in its bytes: only its own line is decoded. */
function stepOf(segment: Buffer, step: number, traceId: string): { read: Step; line: string } | null {
  const key = `"step_index":${step},`;
  for (let at = segment.indexOf(key); at >= 0; at = segment.indexOf(key, at + 1)) {
    const end = segment.indexOf(0x0a, at);
    const line = segment.toString('utf8', segment.lastIndexOf(0x0a, at) + 1, end < 0 ? segment.length : end);
    const read = decodeStep(line, `trace ${traceId}`);
    // A text may hold the same key: only the record's own number counts.
    if (read.step_index === step) return { read, line };
  }
  return null;
}

function packet(
  { step, score }: StepHit,
  info: TraceInfo,
  facets: readonly FacetCount[],
  read: Step | null,
  excerpts: readonly Excerpt[],
): CandidatePacket {
  const id = info.trace_id;
  const valuesOf = (...names: string[]): string[] => [
    ...new Set(facets.filter(({ name }) => names.includes(name)).map(({ value }) => value)),
  ];
  const fields = excerpts.filter(({ highlights }) => highlights.length > 0).map(({ field }) => field);
  return {
    unit_id: `tu:${id}:${step}`,
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
    map_node_refs: [],
    refs: {
      trace: `t:${id}`,
      step: `${id}:${step}`,
      ...(info.parent === null ? {} : { parent: `t:${info.parent}` }),
    },
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
};
const EXACT: ReadonlySet<string> = new Set(['tool.name', 'error', 'skill.name', 'file.read', 'file.edit']);

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
  return [...(read === null ? ['text_not_here'] : []), ...(info.gaps > 0 ? ['trace_incomplete'] : [])];
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
