/** What one pass over an OpenCode session remembers. */
import type { LateParts, ParseOptions, SessionFacts } from '../session-source.ts';
import { numberOf } from '../shared/fields.ts';
import { SessionDraft } from '../shared/session-draft.ts';
import { SessionNotes } from './session-notes.ts';

export const AGENT = 'opencode';

/** Dropped results that wait for the message behind them. */
const MAX_DROPPED = 10_000;

export class OpencodeState {
  readonly draft: SessionDraft;
  readonly notes = new SessionNotes();
  /** Name of the error that the last model call ended with. */
  lastError: string | undefined;
  #dropped: { readonly callId: string; readonly at: number }[] = [];

  constructor(parse: ParseOptions) {
    const callType = parse.sessionId.includes('/') ? 'subagent' : 'main';
    this.draft = new SessionDraft({ agent: AGENT, parse, callType });
  }

  /** The agent took the result of a call out of the model's view at this time, in milliseconds since 1970. */
  noteDropped(callId: string, time: unknown): void {
    const at = numberOf(time);
    if (at !== undefined && this.#dropped.length < MAX_DROPPED) this.#dropped.push({ callId, at });
  }

  /** Calls whose results had left the view by the time a message was made, each told once. */
  takeDropped(created: unknown): string[] {
    if (this.#dropped.length === 0) return [];
    const now = numberOf(created) ?? Number.NEGATIVE_INFINITY;
    const due = this.#dropped.filter(({ at }) => at <= now);
    if (due.length > 0) this.#dropped = this.#dropped.filter(({ at }) => at > now);
    return due.map(({ callId }) => callId);
  }

  finish(): { facts: SessionFacts; late: LateParts } {
    const opencode = Object.fromEntries(this.notes.entries());
    return this.draft.finish({
      terminalState: this.#terminalState(),
      metadata: Object.keys(opencode).length > 0 ? [['opencode', opencode]] : [],
    });
  }

  #terminalState(): string | null {
    if (this.lastError === undefined) return null;
    return this.lastError === 'MessageAbortedError' ? 'interrupted' : 'error';
  }
}
