/** The two forms in which Gemini CLI sessions are found: `~/.gemini/tmp/<project>/chats/session-*.json[l]`. */
import type { SessionFormat } from '../session-source.ts';
import { isGeminiDocument, isGeminiJsonl } from './detect.ts';
import { GeminiDocumentIdentity, GeminiJsonlIdentity } from './identity.ts';
import { GeminiDocumentRevision } from './revision.ts';
import { AGENT, GeminiDocumentParse, GeminiJsonlParse } from './session-parse.ts';

/** One document, written anew at every change. */
export const geminiJson: SessionFormat = {
  agent: AGENT,
  name: 'gemini-json',
  parserVersion: 3,
  detect: (head) => isGeminiDocument(head),
  identify: (path) => new GeminiDocumentIdentity(path),
  parse: (options) => new GeminiDocumentParse(options),
  revision: () => new GeminiDocumentRevision(),
  lineOwners: () => () => [],
};

/** Messages, changes of facts and rewinds, a line each; only ever appended to. */
export const geminiJsonl: SessionFormat = {
  agent: AGENT,
  name: 'gemini-jsonl',
  parserVersion: 3,
  detect: (head) => isGeminiJsonl(head),
  identify: (path) => new GeminiJsonlIdentity(path),
  parse: (options) => new GeminiJsonlParse(options),
  lineOwners: () => () => [],
};
