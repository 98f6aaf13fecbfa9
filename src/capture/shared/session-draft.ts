/**
 * A session while it is read, for formats whose record needs no more than this: steps in a ledger, times,
 * what names the session, and a bounded bag of metadata. `finish` puts the facts of the source together.
 */
import type { FactLayer, LayerValue } from '../../record/context.ts';
import type { Limitation, TraceHead } from '../../record/trace.ts';
import type { LateParts, ParseOptions, SessionFacts, SessionHead } from '../session-source.ts';
import { cutText, firstLine } from './fields.ts';
import type { Limitations } from './limitations.ts';
import { osOfPath } from './platform.ts';
import { type NewStep, StepLedger } from './step-ledger.ts';
import { namedCounts } from './tallies.ts';
import { TimeSpan } from './time-span.ts';

/** Steps kept open for parts that arrive later. */
const WINDOW_STEPS = 128;
const MAX_TITLE = 120;
const MAX_TASK = 500;

export interface DraftOptions {
  readonly agent: string;
  readonly parse: ParseOptions;
  readonly callType: 'main' | 'subagent';
  /** Steps kept open; results do not depend on it. */
  readonly windowSize?: number;
}

/** What only the end of a session tells. */
export interface SessionEnd {
  readonly terminalState: string | null;
  readonly metadata: ReadonlyArray<readonly [string, unknown]>;
  /** Native ids of sub-agents whose lines are inside this source, in order of appearance. */
  readonly inlineSubagents?: readonly string[];
}

export class SessionDraft {
  readonly ledger: StepLedger;
  readonly span = new TimeSpan();
  /** Title that a person or the agent gave the session. */
  title: string | null = null;
  version: string | null = null;
  cwd: string | null = null;
  branch: string | null = null;
  /** Commit the session began on, and the address of its repository, as the agent saw them. */
  baseCommit: string | null = null;
  repositoryUrl: string | null = null;
  readonly #options: DraftOptions;
  #task: string | null = null;

  constructor(options: DraftOptions) {
    const { parse, callType, windowSize = WINDOW_STEPS } = options;
    this.#options = options;
    this.ledger = new StepLedger({ parse, callType, windowSize });
    this.ledger.beforeStep = (index) => this.#noteState(index);
  }

  get limits(): Limitations {
    return this.ledger.limits;
  }

  /** Notes something of a layer of the context, in force from the next step on. */
  tell(layer: FactLayer, key: string, value: LayerValue | undefined): void {
    if (value !== undefined) this.ledger.context.note(this.ledger.window.count + 1, layer, key, value);
  }

  /** The same from a step on that is there already: the youngest. */
  tellAt(step: number, layer: FactLayer, key: string, value: LayerValue): void {
    this.ledger.context.note(step, layer, key, value);
  }

  #noteState(index: number): void {
    const state = { cwd: this.cwd, agent_version: this.version, git_branch: this.branch };
    for (const [key, value] of Object.entries(state)) {
      if (value !== null) this.tellAt(index, 'runtime_state', key, value);
    }
  }

  /** Opens a step with its whole text; an empty one adds none. */
  textStep(step: NewStep, text: string): number {
    const index = this.ledger.open(step);
    this.grow(index, 'text', text);
    return index;
  }

  grow(index: number, part: 'text' | 'thinking', text: string): void {
    if (text !== '') this.ledger.window.grow(index, { part, text });
  }

  /** Counts something a person typed; the first of it is the task. */
  prompted(text: string): void {
    this.ledger.tallies.userMessages += 1;
    if (this.#task === null && text.trim() !== '') this.#task = cutText(text.trim(), MAX_TASK);
  }

  finish(end: SessionEnd): { facts: SessionFacts; late: LateParts } {
    const { ledger } = this;
    const late = ledger.window.end();
    this.limits.addMany('no_result', ledger.unansweredCount);
    const limitations: readonly Limitation[] = this.limits.list();
    const { inlineSubagents = [] } = end;
    return { facts: { head: this.#head(end), limitations, cwd: this.cwd, inlineSubagents }, late };
  }

  #head({ terminalState, metadata }: SessionEnd): SessionHead {
    const { ledger, span } = this;
    const { tallies } = ledger;
    return {
      title: firstLine(this.title ?? '', MAX_TITLE) || firstLine(this.#task ?? '', MAX_TITLE) || null,
      timestamp_start: span.start,
      timestamp_end: span.end,
      task: this.#taskFacts(),
      agent: { name: this.#options.agent, version: this.version, model: tallies.mainModel() },
      environment: { os: osOfPath(this.cwd), vcs: this.#vcs() },
      outcome: { success: null, terminal_state: terminalState },
      metrics: tallies.metrics(ledger.window.count, span.seconds()),
      counts: tallies.counts(ledger.callCount, ledger.subagents.size),
      metadata: Object.fromEntries([
        ...metadata,
        ...namedCounts('models', tallies.models()),
        ...namedCounts('tools', tallies.tools()),
      ]),
    };
  }

  #taskFacts(): TraceHead['task'] {
    const source = this.#options.callType === 'subagent' ? 'parent_agent' : 'user_prompt';
    return {
      description: this.#task,
      source: this.#task === null ? null : source,
      ...(this.repositoryUrl === null ? {} : { repository_url: this.repositoryUrl }),
      ...(this.baseCommit === null ? {} : { base_commit: this.baseCommit }),
    };
  }

  #vcs(): TraceHead['environment']['vcs'] {
    const { branch, baseCommit } = this;
    if (branch === null && baseCommit === null) return { type: 'none' };
    return {
      type: 'git',
      ...(branch === null ? {} : { branch }),
      ...(baseCommit === null ? {} : { base_commit: baseCommit }),
    };
  }
}
