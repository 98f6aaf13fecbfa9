/**
 * The contract between the capture pipeline and one agent format. A format is a folder beside this file
 * (`claude-code/`) plus one line in `formats.ts`. Parsers are pure and streaming: the pipeline pushes the
 * lines of one source in order and receives finished steps in order; memory is bounded by a window of
 * steps, never by the file.
 */
import type { Line } from '../base/jsonl.ts';
import type { FactLayer, LayerValue } from '../record/context.ts';
import type { Step } from '../record/step.ts';
import type { Limitation, TraceHead } from '../record/trace.ts';

/** A line of a source without its line end. */
export type SourceLine = Line;

/** Image or document bytes as the parser met them; the pipeline stores them as a blob. */
export interface ParsedAttachment {
  readonly media_type: string;
  readonly data: Buffer;
  readonly source_call_id?: string;
}

/** A step as parsed: every text inline, attachments still as bytes. */
export type ParsedStep = Omit<Step, 'attachments' | 'content' | 'reasoning_content' | 'observations'> & {
  content?: string | null;
  reasoning_content?: string | null;
  observations: Array<{
    source_call_id: string;
    content?: string | null;
    error?: string | null;
    metadata?: Record<string, unknown>;
  }>;
  attachments?: ParsedAttachment[];
};

/** What a session tells of the model's context beside its steps: in force from step `step` on, null takes it away. */
export interface ParsedContextFact {
  readonly step: number;
  readonly layer: FactLayer;
  readonly key: string;
  readonly value: LayerValue;
}

/** The part of `trace.<t6>` that a parser fills; the pipeline adds identity and limitations. */
export type SessionHead = Pick<
  TraceHead,
  | 'title'
  | 'timestamp_start'
  | 'timestamp_end'
  | 'task'
  | 'agent'
  | 'environment'
  | 'outcome'
  | 'metrics'
  | 'counts'
  | 'metadata'
>;

/** What a whole source told beside its steps. */
export interface SessionFacts {
  /** Everything of `trace.<t6>` that follows from the session alone. */
  readonly head: SessionHead;
  readonly limitations: readonly Limitation[];
  /** Last folder the session named. */
  readonly cwd: string | null;
  /** Native agent ids of sub-agents whose lines are inside this very source, in order of appearance. */
  readonly inlineSubagents: readonly string[];
}

/**
 * Results and message parts that arrived after their step had left the window. `end()` hands them out;
 * the pipeline then parses the source a second time with them, so that the outcome is that of an
 * unbounded window. Opaque to the pipeline.
 */
export type LateParts = ReadonlyMap<string, unknown>;

export interface ParseOptions {
  /** Native id of the session: tells sub-agent ids apart. */
  readonly sessionId: string;
  /** Parse as the inline sub-agent with this native agent id: lines are those `lineOwners` names it for. */
  readonly subagent?: string;
  readonly late?: LateParts;
  /** Trace id of a sub-agent of this session, for links from steps. */
  readonly subagentTraceId: (agentId: string) => string;
  readonly onStep: (step: ParsedStep) => void;
  /** Facts come in order, each before the step it counts from. */
  readonly onContext?: (fact: ParsedContextFact) => void;
}

/** One pass over one source. */
export interface SessionParse {
  push(line: SourceLine): void;
  /** After the last line. `late` is non-empty only when a second pass is needed. */
  end(): { readonly facts: SessionFacts; readonly late: LateParts };
}

/** What identifies a session, from its file name and its lines. */
export interface SessionIdentity {
  /** Native session id; a sub-agent's is `<parent>/<agent id>`. */
  readonly sessionId: string;
  /** Set when the file is a sub-agent's own log: the native id of its parent session. */
  readonly parentSessionId?: string;
  readonly firstTimestamp: string | null;
}

/** Accumulates identity line by line, so that a file is read once. */
export interface IdentityScan {
  push(line: SourceLine): void;
  /** True once no further line can change the answer: the pipeline stops reading then. */
  readonly settled?: boolean;
  /** Null when nothing in the file is an entry of this format. */
  end(): SessionIdentity | null;
}

/** Which state of a session a source holds. */
export interface Revision {
  /** Native ids of everything in it that keeps its id while it changes. */
  readonly ids: ReadonlySet<string>;
  /** When it last changed, in milliseconds since 1970; null when it does not say. */
  readonly updated: number | null;
}

export interface RevisionScan {
  push(line: SourceLine): void;
  end(): Revision;
}

export interface SessionFormat {
  /** Name in the agent table, e.g. `claude-code`. */
  readonly agent: string;
  /** Name of this format among the agent's, e.g. `claude-jsonl`. */
  readonly name: string;
  /** Raised whenever the same source would give other records. */
  readonly parserVersion: number;
  /** True when the first bytes of a file (up to 64 KiB) are of this format; decides from content only. */
  detect(head: Buffer, fileName: string): boolean;
  /** `path` is used only for its stem and for the `<session>/subagents/agent-<id>.jsonl` layout. */
  identify(path: string): IdentityScan;
  parse(options: ParseOptions): SessionParse;
  /** For sources that are written anew at every change: tells a later state of one from another history. */
  revision?(): RevisionScan;
  /**
   * Tells which inline sub-agents a line belongs to, by native agent id; empty for the session's own lines
   * (several ids only when entries are glued on one line). `sessionId` is that of the session whose log
   * is read, `<parent>/<agent id>` for a sub-agent's own. The function follows chains of entries: make a
   * new one for each pass and show it every line in order. Cheap on the session's own lines.
   */
  lineOwners(sessionId: string): (line: SourceLine) => readonly string[];
  /**
   * Set when a source is packed. Sealing works on text: the sealed source is the sealed text, a source of
   * `format`, which gives the same steps.
   */
  readonly text?: {
    readonly format: SessionFormat;
    unpack(source: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
  };
}
