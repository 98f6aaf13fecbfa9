/** The two forms in which Claude Code sessions are found. */
import type { SessionFormat } from '../session-source.ts';
import { isClaudeJsonl, isClaudeLoglines } from './detect.ts';
import { ClaudeIdentity } from './identity.ts';
import { LoglinesIdentity, LoglinesParse } from './loglines.ts';
import { lineOwners } from './ownership.ts';
import { AGENT, ClaudeParse } from './session-parse.ts';

const PARSER_VERSION = 3;

/** `~/.claude/projects/<folder>/<session>.jsonl` and `<session>/subagents/agent-<id>.jsonl`. */
export const claudeJsonl: SessionFormat = {
  agent: AGENT,
  name: 'claude-jsonl',
  parserVersion: PARSER_VERSION,
  detect: (head) => isClaudeJsonl(head),
  identify: (path) => new ClaudeIdentity(path),
  parse: (options) => new ClaudeParse(options),
  lineOwners,
};

/** One JSON document `{"loglines": [...]}`; held in memory, and without inline sub-agents. */
export const claudeLoglines: SessionFormat = {
  agent: AGENT,
  name: 'claude-loglines-json',
  parserVersion: PARSER_VERSION,
  detect: (head) => isClaudeLoglines(head),
  identify: (path) => new LoglinesIdentity(path),
  parse: (options) => new LoglinesParse(options),
  lineOwners: () => () => [],
};
