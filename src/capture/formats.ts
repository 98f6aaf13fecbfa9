/** The session formats that can be captured. The first that recognises a file's head takes it. */

import { OtError } from '../base/errors.ts';
import type { SourceMeta } from '../record/source.ts';
import { claudeJsonl, claudeLoglines } from './claude-code/index.ts';
import { codexRollout, codexRolloutZstd } from './codex-cli/index.ts';
import { copilotEvents } from './copilot-cli/index.ts';
import { geminiJson, geminiJsonl } from './gemini-cli/index.ts';
import { opencodeExport, opencodeFiles, opencodeRows } from './opencode/index.ts';
import { piJsonl } from './pi/index.ts';
import type { SessionFormat } from './session-source.ts';

export const AGENT_FORMATS: readonly SessionFormat[] = [
  claudeJsonl,
  claudeLoglines,
  piJsonl,
  codexRollout,
  codexRolloutZstd,
  copilotEvents,
  geminiJson,
  geminiJsonl,
  opencodeExport,
  opencodeFiles,
  opencodeRows,
];

/** Format of a file by its first bytes (up to 64 KiB), null when none recognises it. */
export function formatOf(head: Buffer, fileName: string): SessionFormat | null {
  return AGENT_FORMATS.find((format) => format.detect(head, fileName)) ?? null;
}

/** Format of a stored source by the names in its descriptor, null when this version has no such format. */
export function formatByName(agent: string, name: string): SessionFormat | null {
  return AGENT_FORMATS.find((format) => format.agent === agent && format.name === name) ?? null;
}

/** Format of a stored source. Throws `OT_FORMAT_UNKNOWN` when a newer git-ot captured it. */
export function storedFormat(meta: SourceMeta, traceId: string): SessionFormat {
  const format = formatByName(meta.agent, meta.format);
  if (format !== null) return format;
  throw new OtError('OT_FORMAT_UNKNOWN', 'usage', `trace ${traceId} has a source of an unknown format`, {
    hint: 'upgrade git-ot',
  });
}
