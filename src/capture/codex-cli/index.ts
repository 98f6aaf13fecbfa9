/** Codex rollouts: `~/.codex/sessions/<yyyy>/<mm>/<dd>/rollout-<time>-<id>.jsonl`, both forms. */
import type { SessionFormat } from '../session-source.ts';
import { packedFormat } from '../shared/packed-format.ts';
import { isCodexRollout } from './detect.ts';
import { CodexIdentity } from './identity.ts';
import { CodexParse } from './session-parse.ts';
import { AGENT } from './session-state.ts';

const PARSER_VERSION = 3;

/** One line per item, bare (to September 2025) or wrapped in `{timestamp, type, payload}`. */
export const codexRollout: SessionFormat = {
  agent: AGENT,
  name: 'codex-rollout',
  parserVersion: PARSER_VERSION,
  detect: (head) => isCodexRollout(head),
  identify: (path) => new CodexIdentity(path),
  parse: (options) => new CodexParse(options),
  lineOwners: () => () => [],
};

/** The same lines in a file that is packed with zstd: `rollout-<time>-<id>.jsonl.zst`. */
export const codexRolloutZstd: SessionFormat = packedFormat(codexRollout, 'codex-rollout-zstd');
