/**
 * One pass over a Gemini CLI session. Records change messages written before them, so the messages are held
 * until the end; a document is held as a whole.
 */
import type { LateParts, ParseOptions, SessionFacts, SessionParse, SourceLine } from '../session-source.ts';
import { readEntries } from '../shared/entry-reader.ts';
import { cutText, filledOf, isFields, listOf, timeOf } from '../shared/fields.ts';
import { DocumentBytes, elementsOf, membersOf, memberValue } from '../shared/json-document.ts';
import { SessionDraft } from '../shared/session-draft.ts';
import { Conversation } from './conversation.ts';
import { GEMINI_OPENINGS } from './detect.ts';
import { addMessage } from './message-steps.ts';

export const AGENT = 'gemini-cli';

abstract class GeminiParse {
  protected readonly draft: SessionDraft;
  protected readonly conversation: Conversation;

  constructor(parse: ParseOptions) {
    const callType = parse.sessionId.includes('/') ? 'subagent' : 'main';
    this.draft = new SessionDraft({ agent: AGENT, parse, callType });
    this.conversation = new Conversation(this.draft.limits);
  }

  protected finish(): { facts: SessionFacts; late: LateParts } {
    const { draft, conversation } = this;
    const { metadata } = conversation;
    draft.span.observe(timeOf(metadata.get('startTime')));
    draft.span.observe(timeOf(metadata.get('lastUpdated')));
    draft.title = filledOf(metadata.get('summary')) ?? null;
    draft.cwd = filledOf(listOf(metadata.get('directories'))[0])?.slice(0, 4096) ?? null;
    let last: unknown;
    for (const message of conversation.messages()) {
      addMessage(draft, message);
      last = message.fields.type;
    }
    return draft.finish({
      terminalState: last === 'error' ? 'error' : null,
      metadata: metadataOf(conversation),
    });
  }
}

function metadataOf({ metadata, rewinds, replacements }: Conversation): Array<readonly [string, unknown]> {
  const text = (name: string, key: string): Array<readonly [string, string]> => {
    const value = filledOf(metadata.get(name));
    return value === undefined ? [] : [[key, cutText(value, 1000)]];
  };
  const gemini = Object.fromEntries([
    ...text('projectHash', 'project_hash'),
    ...text('kind', 'kind'),
    ...rewinds.entries('rewinds'),
    ...replacements.entries('context_replacements'),
  ]);
  return Object.keys(gemini).length > 0 ? [['gemini', gemini]] : [];
}

/** A line for each record. */
export class GeminiJsonlParse extends GeminiParse implements SessionParse {
  push(line: SourceLine): void {
    for (const entry of readEntries(line, this.draft.limits, GEMINI_OPENINGS)) {
      // The line's bytes may be a view that the next one overwrites; messages are held until the end.
      this.conversation.read({ ...entry, bytes: Buffer.from(entry.bytes) });
    }
  }

  end(): { facts: SessionFacts; late: LateParts } {
    return this.finish();
  }
}

/** One JSON document `{sessionId, projectHash, ..., messages: [...]}`. */
export class GeminiDocumentParse extends GeminiParse implements SessionParse {
  readonly #document = new DocumentBytes();

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): { facts: SessionFacts; late: LateParts } {
    const bytes = this.#document.bytes();
    const members = membersOf(bytes);
    for (const name of members.keys()) {
      if (name !== 'messages') this.conversation.note({ [name]: memberValue(bytes, members, name) });
    }
    const messages = members.get('messages');
    const entries = messages === undefined ? [] : elementsOf(bytes, messages.start, this.draft.limits);
    for (const entry of entries) if (isFields(entry.fields)) this.conversation.read(entry);
    return this.finish();
  }
}
