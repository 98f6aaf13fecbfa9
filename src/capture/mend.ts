/**
 * A trace derived anew from the file at hand and from those of its stored sources that are whole. Every
 * object is written again: what the store lost comes back under its old id.
 */
import { OtError } from '../base/errors.ts';
import { traceIdOf } from '../base/ids.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { hashObject } from '../git/object-codec.ts';
import type { ObservedProject, SourceMeta } from '../record/source.ts';
import { SecretList } from '../security/secret-list.ts';
import { hashSource, ingestPrimary, putRecord, sourceMetaOf, storeSource, traceHeadOf } from './derive.ts';
import { storedFormat } from './formats.ts';
import { relationTo } from './growth.ts';
import { identityOfSource, primarySource, type TraceIdentity } from './identity.ts';
import { assertUnchanged, type InputSource, kindOf, type NextTrace } from './known-trace.ts';
import type { Relation } from './revision.ts';
import type { SourceInput } from './source-input.ts';
import type { TraceFiles } from './trace-files.ts';

/** One source of the mended trace; `meta` is that of a stored one, which stays as it is. */
interface Part {
  readonly identity: TraceIdentity;
  readonly input: SourceInput;
  readonly meta: SourceMeta | null;
}

/** `files` must know of no object. Throws `OT_SOURCE_CHANGED`, and `OT_FORMAT_UNKNOWN` for a newer git-ot's trace. */
export async function mendTrace(
  source: InputSource,
  folder: TraceFolder,
  files: TraceFiles,
): Promise<NextTrace> {
  const parts = await partsOf(source, folder);
  const decides = primarySource(parts.map(({ identity }) => ({ kind: kindOf(identity) })));
  const { identity, input } = parts[decides]!;
  const { stored: main, facts } = await ingestPrimary(identity, input, files, decides);
  const metas: SourceMeta[] = [];
  let bytes = 0;
  for (const [place, part] of parts.entries()) {
    const stored = place === decides ? main : await storeSource(part.input, files, folder.names, place);
    if (part.meta === null) assertUnchanged(source, stored);
    metas.push(part.meta ?? sourceMetaOf(part.identity, part.input.fileName, stored));
    bytes += stored.bytes;
  }
  const secrets = await orLost(() => secretsOf(folder));
  if (secrets !== null) files.put(folder.names.secrets, secrets);
  const project = await orLost<ObservedProject>(() => folder.project());
  const dependencies = await orLost(() => folder.dependencies());
  const git = await orLost(() => folder.git());
  if (git !== null) putRecord(files, folder.names.observed(0, 'git'), git);
  const start = await orLost(() => folder.start());
  if (start !== null) putRecord(files, folder.names.observed(0, 'start'), start);
  for (const path of (await orLost(() => folder.turnPaths())) ?? []) {
    const turn = await orLost(() => folder.turn(path));
    if (turn !== null) putRecord(files, path, turn);
  }
  const { cwd, inlineSubagents } = facts;
  const head = traceHeadOf(identity, facts);
  return { files, head, metas, project, dependencies, cwd, inlineSubagents, bytes };
}

/** The input takes the place of the source it continues, else of the first one that is lost. */
async function partsOf(source: InputSource, folder: TraceFolder): Promise<Part[]> {
  const mine: Part = { identity: source.identity, input: source.input, meta: null };
  const parts: (Part | null)[] = [];
  let placed = false;
  const count = (await orLost(() => folder.sourceCount())) ?? 0;
  for (let place = 0; place < count; place += 1) {
    const part = await orLost(() => wholePart(folder, place));
    const relation: Relation =
      part === null || placed ? 'diverged' : await relate(source, folder, place, part);
    const continues = relation === 'same' || relation === 'grown';
    placed ||= relation !== 'diverged';
    parts.push(continues ? mine : part);
  }
  if (!placed) {
    const lost = parts.indexOf(null);
    parts.splice(lost < 0 ? parts.length : lost, lost < 0 ? 0 : 1, mine);
  }
  return parts.filter((part) => part !== null);
}

async function relate(
  source: InputSource,
  folder: TraceFolder,
  place: number,
  part: Part,
): Promise<Relation> {
  if (kindOf(part.identity) !== kindOf(source.identity)) return 'diverged';
  const { chunks } = source.hashed ?? (await hashSource(source.input, folder.algorithm));
  const { format } = source.identity;
  const common = part.identity.format === format ? format : null;
  return relationTo(folder, place, source.input, chunks, common);
}

/** A stored source all of whose bytes are there and are what they were. Throws a `corrupt` error otherwise. */
async function wholePart(folder: TraceFolder, source: number): Promise<Part> {
  const meta = await folder.sourceMeta(source);
  const format = storedFormat(meta, folder.traceId);
  const chunks = await folder.chunkOids(source);
  let bytes = 0;
  let at = 0;
  for await (const chunk of folder.readSource(source)) {
    if (hashObject(folder.algorithm, 'blob', chunk) !== chunks[at]) throw lost(folder, source);
    bytes += chunk.length;
    at += 1;
  }
  const ours = traceIdOf(meta.agent, meta.session_id) === folder.traceId;
  if (!ours || at !== meta.chunks || bytes !== meta.bytes) throw lost(folder, source);
  const input = { fileName: meta.file_name, read: () => folder.readSource(source) };
  return { identity: identityOfSource(format, meta), input, meta };
}

/** The list behind the trace's placeholders. Throws a `corrupt` error when it is not there or is no list. */
async function secretsOf(folder: TraceFolder): Promise<Buffer> {
  const bytes = await folder.bytes(folder.names.secrets);
  SecretList.decode(bytes);
  return bytes;
}

function lost(folder: TraceFolder, source: number): OtError {
  return new OtError(
    'OT_RECORD_DAMAGED',
    'corrupt',
    `source ${source} of trace ${folder.traceId} is not whole`,
  );
}

/** Null for what damage keeps from being read. */
async function orLost<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OtError && error.kind === 'corrupt') return null;
    throw error;
  }
}
