/**
 * Sessions of Copilot CLI: `~/.copilot/session-state/<id>/events.jsonl`, older `<id>.jsonl`. Events of a
 * sub-agent stand among those of its parent and become a trace of their own.
 */
import type { SessionFormat } from '../session-source.ts';
import { isCopilotEvents } from './detect.ts';
import { CopilotIdentity } from './identity.ts';
import { lineOwners } from './ownership.ts';
import { CopilotParse } from './session-parse.ts';
import { AGENT } from './session-state.ts';

export const copilotEvents: SessionFormat = {
  agent: AGENT,
  name: 'copilot-events',
  parserVersion: 2,
  detect: (head) => isCopilotEvents(head),
  identify: (path) => new CopilotIdentity(path),
  parse: (options) => new CopilotParse(options),
  lineOwners,
};
