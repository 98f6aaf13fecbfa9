/** Who a rollout is: the first `session_meta` or bare header, else the UUID in its file name. */
import { subagentSessionId } from '../../base/ids.ts';
import type { IdentityScan, SessionIdentity, SourceLine } from '../session-source.ts';
import { type Fields, fieldsOf, timeOf } from '../shared/fields.ts';
import { Limitations } from '../shared/limitations.ts';
import { nativeIdOf, stemIdOf } from '../shared/native-id.ts';
import { isCodexEntry } from './detect.ts';
import { type RolloutEntry, readRolloutEntries } from './lines.ts';

const STEM_UUID = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\.jsonl)?(?:\.zst)?$/i;

/** Id of the thread that started this one, when it is a sub-agent. */
export function parentThreadOf(meta: Fields): string | undefined {
  const source = fieldsOf(fieldsOf(meta.source)?.subagent);
  const parent = nativeIdOf(fieldsOf(source?.thread_spawn)?.parent_thread_id);
  return parent === meta.id ? undefined : parent;
}

export class CodexIdentity implements IdentityScan {
  readonly #path: string;
  #meta: Fields | undefined;
  #seen = false;
  #firstTimestamp: string | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  push(line: SourceLine): void {
    if (this.settled) return;
    for (const entry of readRolloutEntries(line, new Limitations())) this.#observe(entry);
  }

  #observe({ kind, fields, payload }: RolloutEntry): void {
    if (!isCodexEntry(fields)) return;
    this.#seen = true;
    if (kind === 'session_meta') this.#meta ??= payload;
    this.#firstTimestamp ??= timeOf(fields.timestamp);
  }

  get settled(): boolean {
    return this.#meta !== undefined && this.#firstTimestamp !== null;
  }

  end(): SessionIdentity | null {
    if (!this.#seen) return null;
    const firstTimestamp = this.#firstTimestamp;
    const id = nativeIdOf(this.#meta?.id) ?? idOfStem(this.#path);
    const parentSessionId = this.#meta === undefined ? undefined : rootOf(this.#meta);
    if (parentSessionId === undefined) return { sessionId: id, firstTimestamp };
    return { sessionId: subagentSessionId(parentSessionId, id), parentSessionId, firstTimestamp };
  }
}

/** The session a sub-agent belongs to: newer versions name its root, older ones only the parent thread. */
function rootOf(meta: Fields): string | undefined {
  const parent = parentThreadOf(meta);
  if (parent === undefined) return undefined;
  const root = nativeIdOf(meta.session_id);
  return root === undefined || root === meta.id ? parent : root;
}

function idOfStem(path: string): string {
  const uuid = STEM_UUID.exec(path.slice(-120))?.[1];
  return uuid?.toLowerCase() ?? stemIdOf(path.replace(/\.zst$/, ''));
}
