/** Runs a format over bytes the way the pipeline does: identity, main pass, second pass when needed. */

import { subagentSessionId, traceIdOf } from '../../../src/base/ids.ts';
import { type Line, LineSplitter } from '../../../src/base/jsonl.ts';
import type {
  LateParts,
  ParsedStep,
  ParseOptions,
  SessionFacts,
  SessionFormat,
  SessionIdentity,
  SessionParse,
} from '../../../src/capture/session-source.ts';

export function eachLine(bytes: Buffer, onLine: (line: Line) => void, chunk = 1 << 20): void {
  const splitter = new LineSplitter(onLine);
  for (let at = 0; at < bytes.length; at += chunk) splitter.push(bytes.subarray(at, at + chunk));
  splitter.end();
}

export function identityOf(format: SessionFormat, path: string, bytes: Buffer): SessionIdentity | null {
  const scan = format.identify(path);
  eachLine(bytes, (line) => scan.push(line));
  return scan.end();
}

/** Compiler-checked view of a step's fields. */
export type StepView = {
  step_index: number;
  role: string;
  kind: string;
  content?: string;
  reasoning_content?: string;
  model?: string;
  call_type?: string;
  subagent_trajectory_ref?: string;
  tool_calls: Array<Record<string, unknown> & { tool_call_id: string; tool_name: string; input: unknown }>;
  observations: Array<{
    source_call_id: string;
    content?: string;
    error?: string;
    metadata?: Record<string, unknown>;
  }>;
  attachments?: Array<{ media_type: string; data: Buffer; source_call_id?: string }>;
  token_usage?: Record<string, number>;
  timestamp: string | null;
  stop_reason?: string;
  metadata?: Record<string, unknown>;
  origin: { line: number; offset: number; uuid?: string; message_id?: string };
};

export interface Outcome {
  readonly steps: StepView[];
  readonly facts: SessionFacts;
}

export interface RunOptions {
  /** `claude-code` by default. */
  readonly agent?: string;
  readonly sessionId: string;
  readonly subagent?: string;
  readonly makeParse: (options: ParseOptions) => SessionParse;
  readonly chunk?: number;
}

/** One pass. */
export function runOnce(
  bytes: Buffer,
  run: RunOptions,
  late?: LateParts,
): Outcome & { readonly late: LateParts } {
  const steps: ParsedStep[] = [];
  const root = run.sessionId.split('/', 1)[0] ?? '';
  const parse = run.makeParse({
    sessionId: run.sessionId,
    ...(run.subagent === undefined ? {} : { subagent: run.subagent }),
    ...(late === undefined ? {} : { late }),
    subagentTraceId: (agentId) => traceIdOf(run.agent ?? 'claude-code', subagentSessionId(root, agentId)),
    onStep: (step) => steps.push(step),
  });
  eachLine(bytes, (line) => parse.push(line), run.chunk);
  const end = parse.end();
  return { steps: steps as unknown as StepView[], facts: end.facts, late: end.late };
}

/** As many passes as the pipeline makes: a second one when parts came late. */
export function runFully(bytes: Buffer, run: RunOptions): Outcome {
  const first = runOnce(bytes, run);
  const last = first.late.size === 0 ? first : runOnce(bytes, run, first.late);
  if (last.late.size > 0) throw new Error('a second pass left late parts');
  return { steps: last.steps, facts: last.facts };
}

/** The lines of one inline sub-agent, as its own source. */
export function subagentSource(
  format: SessionFormat,
  sessionId: string,
  bytes: Buffer,
  agentId: string,
): Buffer {
  const owners = format.lineOwners(sessionId);
  const picked: Buffer[] = [];
  eachLine(bytes, (line) => {
    if (owners(line).includes(agentId)) picked.push(line.bytes, Buffer.from('\n'));
  });
  return Buffer.concat(picked);
}

/** Counts and tokens of an outcome in the shape of the independent tally. */
export function comparableCounts({ facts }: Pick<Outcome, 'facts'>): Record<string, unknown> {
  const { counts, metrics } = facts.head;
  return {
    ...counts,
    tokens: {
      input: metrics.total_input_tokens,
      output: metrics.total_output_tokens,
      cache_read: metrics.total_cache_read_tokens,
      cache_write: metrics.total_cache_creation_tokens,
    },
  };
}
