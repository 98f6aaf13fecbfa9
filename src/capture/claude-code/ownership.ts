/**
 * Which trace an entry belongs to. Three shapes of sub-agents occur: a log of its own, `agent_progress`
 * entries in the parent's log, and (older versions) a chain of sidechain entries in the parent's log.
 */
import type { SourceLine } from '../session-source.ts';
import type { Entry } from '../shared/entry-reader.ts';
import { agentIdOf, fieldsOf, filledOf } from '../shared/fields.ts';
import { Limitations } from '../shared/limitations.ts';
import { readClaudeEntries } from './lines.ts';

/** Follows sidechains through one source, so that each entry's owner is told by its ancestors. */
export class Ownership {
  /** Agent id of the session itself when it is a sub-agent with a log of its own. */
  readonly #self: string | undefined;
  /** Uuid of a sidechain entry without agent id to the agent id of its root. */
  readonly #chains = new Map<string, string>();

  /** `sessionId`: native id of the session whose log is read, `<parent>/<agent id>` for a sub-agent's own. */
  constructor(sessionId: string) {
    this.#self = sessionId.includes('/') ? sessionId.slice(sessionId.lastIndexOf('/') + 1) : undefined;
  }

  get isSubagentLog(): boolean {
    return this.#self !== undefined;
  }

  /** Native id of the inline sub-agent the entry belongs to, null when it is the session's own. */
  ownerOf(entry: Entry): string | null {
    const { fields } = entry;
    if (fields.type !== 'progress' && fields.isSidechain !== true) return null;
    if (!mayBeOwned(entry.bytes)) return null;
    const data = fields.type === 'progress' ? fieldsOf(fields.data) : undefined;
    const progress = data?.type === 'agent_progress' ? agentIdOf(data.agentId) : undefined;
    if (progress !== undefined) return progress === this.#self ? null : progress;
    if (fields.isSidechain !== true) return null;
    const named = agentIdOf(fields.agentId);
    if (named !== undefined) return named === this.#self ? null : named;
    return this.#self === undefined ? this.#chainOf(entry) : null;
  }

  #chainOf({ fields }: Entry): string | null {
    const uuid = filledOf(fields.uuid);
    const parent = filledOf(fields.parentUuid);
    const agentId = (parent && this.#chains.get(parent)) ?? agentIdOf(uuid?.slice(0, 8));
    if (agentId === undefined) return null;
    if (uuid !== undefined) this.#chains.set(uuid, agentId);
    return agentId;
  }
}

/** Tells the owners of lines, so that a sub-agent's lines can be stored as a source of their own. */
export function lineOwners(sessionId: string): (line: SourceLine) => readonly string[] {
  const ownership = new Ownership(sessionId);
  return (line) => {
    if (!mayBeOwned(line.bytes)) return [];
    const owners = readClaudeEntries(line, new Limitations()).map((entry) => ownership.ownerOf(entry));
    return [...new Set(owners.filter((owner) => owner !== null))];
  };
}

/**
 * False for lines that belong to the session itself: a look at the bytes, to spare parsing them. The whole
 * parse asks it too, so that both agree on odd spellings of the keys.
 */
function mayBeOwned(bytes: Buffer): boolean {
  return bytes.includes('agent_progress') || hasSidechain(bytes);
}

const SIDECHAIN = '"isSidechain"';

function hasSidechain(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(SIDECHAIN); at >= 0; at = bytes.indexOf(SIDECHAIN, at + 1)) {
    if (isTrueAfter(bytes, at + SIDECHAIN.length)) return true;
  }
  return false;
}

/** True when only white space and a colon stand between `at` and a `t`. */
function isTrueAfter(bytes: Buffer, at: number): boolean {
  let i = at;
  while (bytes[i] === 0x20 || bytes[i] === 0x09 || bytes[i] === 0x3a) i += 1;
  return bytes[i] === 0x74;
}
