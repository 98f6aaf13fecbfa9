/**
 * A session that the bucket knows, met again: its source has grown, or another history of it was found.
 * Steps are derived anew only when the source they come from is the one at hand.
 */
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { Oid } from '../git/ports.ts';
import type { ObservedDependencies, ObservedProject, SourceMeta } from '../record/source.ts';
import type { TraceHead } from '../record/trace.ts';
import {
  assertSame,
  ingestPrimary,
  openParse,
  type StoredSource,
  sourceMetaOf,
  storeSource,
  traceHeadOf,
} from './derive.ts';
import { relationTo } from './growth.ts';
import { primarySource, type TraceIdentity } from './identity.ts';
import type { Relation } from './revision.ts';
import type { SourceInput } from './source-input.ts';
import type { TraceFiles } from './trace-files.ts';

/** A source at hand. */
export interface InputSource {
  readonly identity: TraceIdentity;
  readonly input: SourceInput;
  /** What the input was when it was first read to its end; absent when it was not. */
  readonly hashed: StoredSource | undefined;
}

/** The stored source that the input belongs to, and how; `source` is -1 for `diverged`. */
export interface Match {
  readonly relation: Relation;
  readonly source: number;
}

/** A trace with everything in place but its records. */
export interface NextTrace {
  readonly files: TraceFiles;
  readonly head: TraceHead;
  readonly metas: readonly SourceMeta[];
  /** What was seen beside the first capture; null when it was lost. */
  readonly project: ObservedProject | null;
  /** What was seen first stays: lock files of a later day tell nothing of this session. */
  readonly dependencies: ObservedDependencies | null;
  /** Folder and inline sub-agents that the input itself names. */
  readonly cwd: string | null;
  readonly inlineSubagents: readonly string[];
  /** Bytes read from the input. */
  readonly bytes: number;
}

/** Looks for the stored source of the same kind that the input is a continuation or a beginning of. */
export async function matchSource(
  folder: TraceFolder,
  identity: TraceIdentity,
  input: SourceInput,
  { chunks }: StoredSource,
): Promise<Match> {
  for (const [source, meta] of (await folder.sourceMetas()).entries()) {
    if (meta.kind !== kindOf(identity)) continue;
    const format = meta.format === identity.format.name ? identity.format : null;
    const relation = await relationTo(folder, source, input, chunks, format);
    if (relation !== 'diverged') return { relation, source };
  }
  return { relation: 'diverged', source: -1 };
}

export function kindOf(identity: TraceIdentity): SourceMeta['kind'] {
  return identity.inlineSubagent === undefined ? 'session-log' : 'inline-subagent';
}

/** The trace with the input as a longer source, or as another one. `newFiles` gets the ids the trace has. */
export async function growTrace(
  source: InputSource,
  folder: TraceFolder,
  match: Match,
  newFiles: (known: ReadonlySet<Oid>) => TraceFiles,
): Promise<NextTrace> {
  const old = await folder.files();
  const metas = await folder.sourceMetas();
  const files = newFiles(new Set(old.values()));
  const place = match.relation === 'grown' ? match.source : metas.length;
  const kinds: { kind: SourceMeta['kind'] }[] = [...metas];
  kinds[place] = { kind: kindOf(source.identity) };
  const decides = primarySource(kinds) === place;
  const context = { ...source, folder, old, files, place };
  const { stored, ...read } = decides ? await derive(context) : await keepBeside(context);
  dropChunks(files, folder, place, stored.chunks.length, metas[place]?.chunks ?? 0);
  const next = [...metas];
  next[place] = sourceMetaOf(source.identity, source.input.fileName, stored);
  const project = await folder.project();
  const dependencies = await folder.dependencies();
  return { files, ...read, metas: next, project, dependencies, bytes: stored.bytes };
}

/** A source that was written anew may have become shorter: chunks `from` to `to` were of its earlier state. */
function dropChunks(
  files: TraceFiles,
  { names }: TraceFolder,
  source: number,
  from: number,
  to: number,
): void {
  for (let chunk = from; chunk < to; chunk += 1) files.clear(names.sourceChunk(source, chunk));
}

interface Context extends InputSource {
  readonly folder: TraceFolder;
  readonly old: ReadonlyMap<string, Oid>;
  readonly files: TraceFiles;
  /** Number the source gets. */
  readonly place: number;
}

interface ReadSource {
  readonly stored: StoredSource;
  readonly head: TraceHead;
  readonly cwd: string | null;
  readonly inlineSubagents: readonly string[];
}

/** Steps come from the input. What is no derivation stays: other sources, the list behind placeholders. */
async function derive({ old, files, folder, place, ...source }: Context): Promise<ReadSource> {
  files.adopt(old, 'sources/');
  files.adopt(old, folder.names.secrets);
  const { stored, facts } = await ingestPrimary(source.identity, source.input, files, place);
  assertUnchanged(source, stored);
  const { cwd, inlineSubagents } = facts;
  return { stored, head: traceHeadOf(source.identity, facts), cwd, inlineSubagents };
}

/** Steps come from another source and stay as they are; the input is parsed for what it names. */
async function keepBeside({ old, files, folder, place, ...source }: Context): Promise<ReadSource> {
  files.adopt(old, '');
  const parse = openParse(source.identity, { onStep: () => undefined });
  const stored = await storeSource(source.input, files, folder.names, place, (bytes) => parse.push(bytes));
  assertUnchanged(source, stored);
  const { cwd, inlineSubagents } = parse.end().facts;
  return { stored, head: await folder.head(), cwd, inlineSubagents };
}

/** Throws `OT_SOURCE_CHANGED` when what was stored is not what the decision was made on. */
export function assertUnchanged({ input, hashed }: InputSource, stored: StoredSource): void {
  if (hashed !== undefined) assertSame(hashed, stored, input.fileName);
}
