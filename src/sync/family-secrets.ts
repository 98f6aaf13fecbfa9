/**
 * A session and its sub-agents share what was found in one of them. A parent's prompt says what a value is, the
 * sub-agent's results hold it bare: without its parent's list nothing would take it out there.
 */
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { CREDENTIAL_KINDS, type Kind, type SecretEntry } from '../security/contract.ts';
import { entriesIn } from '../security/listed-in.ts';
import type { SecretList } from '../security/secret-list.ts';
import { readSecrets } from './seal-trace.ts';
import { leavingStart, startBytes } from './sealed-start.ts';
import { textSources } from './text-source.ts';

/** A trace of the month. */
export interface Relative {
  readonly traceId: string;
  /** Null for one that is no sub-agent. */
  readonly parentId: string | null;
  readonly raw: TraceFolder;
}

export interface SealedRelative extends Relative {
  readonly list: SecretList;
  /** Entries its list had before it was sealed now. */
  readonly known: number;
}

const SHARED: ReadonlySet<Kind> = new Set<Kind>(CREDENTIAL_KINDS);

/**
 * Secrets that traces hold and relatives of theirs have listed, by trace id: these have to be sealed again with
 * them. `sealed` were sealed now, `others` gives the rest of the month; nothing of those is asked for without need.
 */
export async function secretsToShare(
  sealed: readonly SealedRelative[],
  others: () => Promise<readonly Relative[]>,
): Promise<ReadonlyMap<string, readonly SecretEntry[]>> {
  const isTelling = ({ parentId, list, known }: SealedRelative): boolean =>
    parentId !== null || list.entries.slice(known).some(({ kind }) => SHARED.has(kind));
  const missing = new Map<string, readonly SecretEntry[]>();
  if (!sealed.some(isTelling)) return missing;
  for (const family of familiesOf(sealed, await others())) {
    for (const [traceId, entries] of await missingIn(family)) missing.set(traceId, entries);
  }
  return missing;
}

interface Family {
  readonly sealed: SealedRelative[];
  readonly others: Relative[];
}

/** Those of two members or more of which one was sealed now. */
function familiesOf(sealed: readonly SealedRelative[], others: readonly Relative[]): Family[] {
  const parents = new Map([...others, ...sealed].map(({ traceId, parentId }) => [traceId, parentId]));
  const families = new Map<string, Family>();
  const familyOf = ({ traceId }: Relative): Family => {
    const root = rootOf(parents, traceId);
    const family = families.get(root) ?? { sealed: [], others: [] };
    families.set(root, family);
    return family;
  };
  for (const one of sealed) familyOf(one).sealed.push(one);
  for (const one of others) familyOf(one).others.push(one);
  return [...families.values()].filter((family) => {
    return family.sealed.length > 0 && family.sealed.length + family.others.length > 1;
  });
}

/** The farthest ancestor; of ancestors in a circle, the one where it closes. */
function rootOf(parents: ReadonlyMap<string, string | null>, traceId: string): string {
  const seen = new Set<string>();
  let at = traceId;
  for (;;) {
    const parent = parents.get(at) ?? null;
    if (parent === null || seen.has(at)) return at;
    seen.add(at);
    at = parent;
  }
}

async function missingIn({ sealed, others }: Family): Promise<Map<string, readonly SecretEntry[]>> {
  const missing = new Map<string, readonly SecretEntry[]>();
  const kept = await Promise.all(
    others.map(async (other) => ({ ...other, list: await readSecrets(other.raw) })),
  );
  const all = [...sealed, ...kept].flatMap(({ list }) => list.entries);
  const fresh = sealed.flatMap(({ list, known }) => list.entries.slice(known));
  const look = async (
    { traceId, raw, list }: Omit<SealedRelative, 'known'>,
    from: readonly SecretEntry[],
  ) => {
    const unlisted = notIn(list, from);
    const held = unlisted.length === 0 ? [] : await heldIn(raw, unlisted);
    if (held.length > 0) missing.set(traceId, held);
  };
  for (const one of sealed) await look(one, all);
  for (const one of kept) await look(one, fresh);
  return missing;
}

/** Credentials whose value the list has under no kind, each once. */
function notIn(list: SecretList, entries: readonly SecretEntry[]): SecretEntry[] {
  const values = new Set(list.entries.map(({ value }) => value));
  return entries.filter(({ kind, value }) => {
    if (!SHARED.has(kind) || values.has(value)) return false;
    values.add(value);
    return true;
  });
}

/** Those that a raw trace holds. */
async function heldIn(raw: TraceFolder, entries: readonly SecretEntry[]): Promise<SecretEntry[]> {
  const sources = await textSources(raw);
  const start = leavingStart(await raw.start());
  const readers = [...sources.map((source) => source.read()), ...startBytes(start).map((read) => read())];
  return entriesIn(entries, sources[0]?.meta.format ?? '', readers);
}
