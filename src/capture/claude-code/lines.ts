/** Lines of a Claude Code transcript to entries. */
import type { Line } from '../../base/jsonl.ts';
import { type Entry, readEntries } from '../shared/entry-reader.ts';
import type { Limitations } from '../shared/limitations.ts';

/** How the agent begins an envelope, and the entries without one that are appended concurrently. */
const OPENINGS = [
  '{"parentUuid":',
  '{"type":"summary"',
  '{"type":"queue-operation"',
  '{"type":"last-prompt"',
];

/** Entries of one line, with what concurrent appends glued together taken apart. */
export function readClaudeEntries(line: Line, limits: Limitations): Entry[] {
  return readEntries(line, limits, OPENINGS);
}
