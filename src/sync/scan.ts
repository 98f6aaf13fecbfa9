/** `security scan`: what the tools of a policy find in traces as they are in the bucket. Counts only; changes nothing. */
import { LineSplitter } from '../base/jsonl.ts';
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import type { ExternalFinding, Policy } from '../security/contract.ts';
import { FieldClassifier } from '../security/fields.ts';
import type { StringToken } from '../security/json-strings.ts';
import { type FindingCount, Survey } from '../security/survey.ts';
import { type TextSource, textSources } from './text-source.ts';

export interface ScannedTrace {
  readonly trace_id: string;
  /** Remote whose sealed copy was looked at; null for our own raw trace. */
  readonly remote: string | null;
  readonly lines: number;
  readonly bytes: number;
  readonly findings: number;
}

export interface ScanReport {
  readonly tools_applied: readonly string[];
  readonly lines: number;
  readonly bytes: number;
  readonly findings: number;
  readonly traces: readonly ScannedTrace[];
  readonly by_tool: ReadonlyArray<{ readonly tool: string; readonly findings: number }>;
  readonly by_rule: ReadonlyArray<{
    readonly tool: string;
    readonly rule: string;
    readonly kind: string;
    readonly findings: number;
  }>;
  readonly by_field: ReadonlyArray<{ readonly field: string; readonly findings: number }>;
}

/** Fields that are told by name; the rest are told together. */
const MAX_FIELDS = 50;
const OTHER = '(other)';

/** Throws what reading a trace throws (exit 5), and `OT_TOOL_FAILED` (exit 3) of a program. */
export async function scanTraces(
  copies: readonly TraceCopy[],
  policy: Policy,
  onTrace: (done: number, total: number) => void,
): Promise<ScanReport> {
  const counts: FindingCount[] = [];
  const traces: ScannedTrace[] = [];
  for (const copy of copies) {
    const { trace, found } = await scanTrace(copy, policy);
    traces.push(trace);
    counts.push(...found);
    onTrace(traces.length, copies.length);
  }
  return {
    tools_applied: policy.tools,
    ...total(traces),
    traces,
    by_tool: summed(counts, ({ tool }) => ({ tool })),
    by_rule: summed(counts, ({ tool, rule, kind }) => ({ tool, rule, kind })),
    by_field: fewFields(summed(counts, ({ field }) => ({ field }))),
  };
}

async function scanTrace(
  copy: TraceCopy,
  policy: Policy,
): Promise<{ trace: ScannedTrace; found: FindingCount[] }> {
  const sources = await textSources(openCopy(copy));
  const external: ExternalFinding[] = [];
  for (const tool of policy.external) external.push(...(await tool.find(joined(sources))));
  const survey = new Survey(policy, new FieldClassifier(sources[0]?.meta.format ?? ''), external);
  let lines = 0;
  let bytes = 0;
  const splitter = new LineSplitter((line) => {
    lines += 1;
    survey.add(line.bytes, fieldName);
  });
  for await (const chunk of joined(sources)) {
    bytes += chunk.length;
    splitter.push(chunk);
  }
  splitter.end();
  const found = survey.counts();
  const trace = {
    trace_id: copy.traceId,
    remote: copy.tip.shelf.remote ?? null,
    lines,
    bytes,
    findings: sum(found),
  };
  return { trace, found };
}

async function* joined(sources: readonly TextSource[]): AsyncIterable<Buffer> {
  for (const source of sources) yield* source.read();
}

/** The object key around a match; a key that is no plain name could itself be what was found. */
function fieldName({ key }: StringToken): string {
  if (key === null) return '(text)';
  return /^[A-Za-z_][A-Za-z_-]{0,39}$/.test(key) ? key : OTHER;
}

function total(traces: readonly ScannedTrace[]): Pick<ScanReport, 'lines' | 'bytes' | 'findings'> {
  const add = (of: (trace: ScannedTrace) => number): number =>
    traces.reduce((all, trace) => all + of(trace), 0);
  return {
    lines: add(({ lines }) => lines),
    bytes: add(({ bytes }) => bytes),
    findings: add(({ findings }) => findings),
  };
}

function sum(counts: readonly { readonly findings: number }[]): number {
  return counts.reduce((all, { findings }) => all + findings, 0);
}

/** Findings by what `keyOf` keeps of a count, most first. */
function summed<Key extends object>(
  counts: readonly FindingCount[],
  keyOf: (count: FindingCount) => Key,
): Array<Key & { findings: number }> {
  const found = new Map<string, Key & { findings: number }>();
  for (const count of counts) {
    const name = JSON.stringify(keyOf(count));
    const known = found.get(name) ?? { ...keyOf(count), findings: 0 };
    known.findings += count.findings;
    found.set(name, known);
  }
  return [...found]
    .sort(([a, one], [b, two]) => two.findings - one.findings || (a < b ? -1 : 1))
    .map(([, each]) => each);
}

function fewFields(fields: Array<{ field: string; findings: number }>): ScanReport['by_field'] {
  const rest = sum(fields.slice(MAX_FIELDS));
  return rest === 0 ? fields : [...fields.slice(0, MAX_FIELDS), { field: OTHER, findings: rest }];
}
