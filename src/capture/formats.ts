/** The session formats that can be captured. The first that recognises a file's head takes it. */
import { claudeJsonl, claudeLoglines } from './claude-code/index.ts';
import type { SessionFormat } from './session-source.ts';

export const AGENT_FORMATS: readonly SessionFormat[] = [claudeJsonl, claudeLoglines];

/** Format of a file by its first bytes (up to 64 KiB), null when none recognises it. */
export function formatOf(head: Buffer, fileName: string): SessionFormat | null {
  return AGENT_FORMATS.find((format) => format.detect(head, fileName)) ?? null;
}

/** Format of a stored source by the names in its descriptor, null when this version has no such format. */
export function formatByName(agent: string, name: string): SessionFormat | null {
  return AGENT_FORMATS.find((format) => format.agent === agent && format.name === name) ?? null;
}
