/** What one pass over an OpenCode session remembers. */
import type { LateParts, ParseOptions, SessionFacts } from '../session-source.ts';
import { SessionDraft } from '../shared/session-draft.ts';
import { SessionNotes } from './session-notes.ts';

export const AGENT = 'opencode';

export class OpencodeState {
  readonly draft: SessionDraft;
  readonly notes = new SessionNotes();
  /** Name of the error that the last model call ended with. */
  lastError: string | undefined;

  constructor(parse: ParseOptions) {
    const callType = parse.sessionId.includes('/') ? 'subagent' : 'main';
    this.draft = new SessionDraft({ agent: AGENT, parse, callType });
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
