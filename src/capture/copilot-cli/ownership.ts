/** Which trace an event belongs to: those of a sub-agent name it, or the call that started it. */
import type { SourceLine } from '../session-source.ts';
import { type Entry, readEntries } from '../shared/entry-reader.ts';
import { agentIdOf, fieldsOf, filledOf } from '../shared/fields.ts';
import { Limitations } from '../shared/limitations.ts';
import { COPILOT_OPENINGS } from './detect.ts';

/** An inline sub-agent, and the call that started it where the event names that. */
export interface Owner {
  readonly agentId: string;
  readonly callId: string | undefined;
}

/** Agent id of the session itself when it is a sub-agent. */
export function selfOf(sessionId: string): string | undefined {
  return sessionId.includes('/') ? sessionId.slice(sessionId.lastIndexOf('/') + 1) : undefined;
}

/** The inline sub-agent an event belongs to; null when it is of the session `self` itself. */
export function ownerOf({ fields }: Entry, self: string | undefined): Owner | null {
  if (typeof fields.type !== 'string' || fields.type.startsWith('subagent.')) return null;
  const callId = filledOf(fieldsOf(fields.data)?.parentToolCallId);
  const agentId = agentIdOf(fields.agentId) ?? agentIdOf(callId);
  return agentId === undefined || agentId === self ? null : { agentId, callId };
}

/** Tells the owners of lines, so that a sub-agent's lines can be stored as a source of their own. */
export function lineOwners(sessionId: string): (line: SourceLine) => readonly string[] {
  const self = selfOf(sessionId);
  return (line) => {
    if (!mayBeOwned(line.bytes)) return [];
    const entries = readEntries(line, new Limitations(), COPILOT_OPENINGS);
    const owners = entries.map((entry) => ownerOf(entry, self)?.agentId);
    return [...new Set(owners.filter((owner) => owner !== undefined))];
  };
}

/** A look at the bytes, to spare parsing lines that name no sub-agent. Keys with escapes are parsed. */
function mayBeOwned(bytes: Buffer): boolean {
  return bytes.includes('arentToolCallId') || bytes.includes('"agentId"') || bytes.includes('\\u00');
}
