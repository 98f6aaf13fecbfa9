/** Who a Claude Code session is: from the name of its file, its folder and its entries. */
import { subagentSessionId } from '../../base/ids.ts';
import type { IdentityScan, SessionIdentity, SourceLine } from '../session-source.ts';
import type { Entry } from '../shared/entry-reader.ts';
import { agentIdOf, timeOf } from '../shared/fields.ts';
import { Limitations } from '../shared/limitations.ts';
import { isClaudeEntry } from './detect.ts';
import { readClaudeEntries } from './lines.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Ids from entries enter trace ids: no slash, which marks a sub-agent, and nothing unprintable. */
const NATIVE_ID = /^[\w.:@+-]{1,200}$/;

const SESSION_ID_KEY = '"sessionId"';
/** Lines kept for the last session id: more than one, because the last may be broken or of another kind. */
const TAIL_LINES = 16;

/** What a path says: `<session>/subagents/agent-<id>.jsonl`, or a stem. */
interface PathNames {
  readonly stem: string;
  /** Folder above `subagents`, and the agent id, when the path has that layout. */
  readonly parent?: string;
  readonly agentId?: string;
}

function pathNamesOf(path: string): PathNames {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const stem = (parts.at(-1) ?? '').replace(/\.(?:jsonl|json)$/, '');
  const agentId = stem.startsWith('agent-') ? agentIdOf(stem.slice('agent-'.length)) : undefined;
  if (agentId === undefined || parts.at(-2) !== 'subagents') return { stem };
  return { stem, agentId, parent: parts.at(-3) ?? '' };
}

export class ClaudeIdentity implements IdentityScan {
  readonly #names: PathNames;
  #seen = false;
  #lastSessionId: string | undefined;
  #firstUuid: string | undefined;
  #agentId: string | undefined;
  #hasMainEntry = false;
  #firstTimestamp: string | null = null;
  readonly #tail: SourceLine[] = [];

  constructor(path: string) {
    this.#names = pathNamesOf(path);
  }

  /** Once the head of the file is known, only the last line that names a session is parsed, in `end`. */
  push(line: SourceLine): void {
    if (!this.#headKnown) {
      for (const entry of readClaudeEntries(line, new Limitations())) this.pushEntry(entry);
    } else if (line.bytes.includes(SESSION_ID_KEY)) {
      this.#tail.push({ ...line, bytes: Buffer.from(line.bytes) });
      if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    }
  }

  get #headKnown(): boolean {
    return this.#hasMainEntry && this.#firstUuid !== undefined && this.#lastSessionId !== undefined;
  }

  pushEntry({ fields }: Entry): void {
    if (!isClaudeEntry(fields)) return;
    this.#seen = true;
    this.#lastSessionId = nativeIdOf(fields.sessionId) ?? this.#lastSessionId;
    this.#firstUuid ??= nativeIdOf(fields.uuid);
    this.#firstTimestamp ??= timeOf(fields.timestamp);
    if (fields.type !== 'user' && fields.type !== 'assistant') return;
    if (fields.isSidechain === true) this.#agentId ??= agentIdOf(fields.agentId);
    else this.#hasMainEntry = true;
  }

  get settled(): boolean {
    if (this.#firstTimestamp === null) return false;
    const { stem, parent, agentId } = this.#names;
    if (agentId === undefined) return UUID.test(stem) && this.#hasMainEntry;
    return parent !== undefined && UUID.test(parent) && this.#agentId !== undefined;
  }

  end(): SessionIdentity | null {
    this.#lastSessionId = this.#sessionIdOfTail() ?? this.#lastSessionId;
    if (!this.#seen) return null;
    const firstTimestamp = this.#firstTimestamp;
    const agentId = this.#ownAgentId();
    if (agentId === undefined) return { sessionId: this.#mainId(), firstTimestamp };
    const parentSessionId = this.#parentId();
    const sessionId = subagentSessionId(parentSessionId, agentId);
    return { sessionId, parentSessionId, firstTimestamp };
  }

  /** From the last line back, so that usually one line is parsed. */
  #sessionIdOfTail(): string | undefined {
    for (const line of this.#tail.reverse()) {
      const entries = readClaudeEntries(line, new Limitations()).filter(({ fields }) =>
        isClaudeEntry(fields),
      );
      const ids = entries.map(({ fields }) => nativeIdOf(fields.sessionId)).filter((id) => id !== undefined);
      if (ids.length > 0) return ids.at(-1);
    }
    return undefined;
  }

  /** Set when the file is a sub-agent's own log: by its place, or because nothing else is in it. */
  #ownAgentId(): string | undefined {
    if (this.#names.agentId !== undefined) return this.#agentId ?? this.#names.agentId;
    return this.#hasMainEntry ? undefined : this.#agentId;
  }

  #parentId(): string {
    const { parent } = this.#names;
    if (parent !== undefined && UUID.test(parent)) return parent.toLowerCase();
    return this.#lastSessionId ?? nativeIdOf(parent) ?? 'unknown';
  }

  #mainId(): string {
    const { stem } = this.#names;
    if (UUID.test(stem)) return stem.toLowerCase();
    return this.#lastSessionId ?? this.#firstUuid ?? stem.replaceAll('/', '_');
  }
}

function nativeIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && NATIVE_ID.test(value) ? value : undefined;
}
