/** `trace source`: the exact bytes a trace was captured from. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import { findTrace, openCopy } from '../bucket/find.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { decodeRecord } from '../record/decode.ts';
import { ObservedRecord, type SourceMeta } from '../record/source.ts';

export interface TraceSources {
  readonly traceId: string;
  /** Remote whose sealed copy this is: then the bytes are those of the sealed text. Null for our own. */
  readonly remote: string | null;
  readonly sources: readonly SourceMeta[];
  /** Bytes of a source by its number, chunk by chunk. Rejects with `OT_SOURCE_INCOMPLETE` (exit 5). */
  read(source: number): AsyncIterable<Buffer>;
  /** What was seen beside the session, by its kinds: records of one JSON line. */
  readonly observed: ReadonlyMap<string, () => Promise<Buffer>>;
}

/** Sources of a trace, oldest first. Throws like `findTrace`. */
export async function openSources(shelves: readonly Shelf[], reference: string): Promise<TraceSources> {
  const copy = await findTrace(shelves, reference);
  const folder = openCopy(copy);
  const sources = await folder.sourceMetas();
  return {
    traceId: copy.traceId,
    remote: copy.tip.shelf.remote ?? null,
    sources,
    read: (source) => readWhole(folder, source, sources[source]!.bytes),
    observed: await observedIn(folder),
  };
}

async function observedIn(folder: TraceFolder): Promise<Map<string, () => Promise<Buffer>>> {
  const files = await folder.filesIn('sources/0/observed');
  const kinds = [...files.keys()].map((name) => name.split('.', 1)[0] ?? '').sort();
  return new Map(kinds.map((kind) => [kind, () => folder.bytes(folder.names.observed(0, kind))]));
}

/** A record of what was seen. Throws `OT_SOURCE_NOT_FOUND` (exit 6), and what damage throws. */
export async function readObserved({ traceId, observed }: TraceSources, kind: string): Promise<unknown> {
  const read = observed.get(kind);
  if (read !== undefined) return decodeRecord(ObservedRecord, await read(), `trace ${traceId} ${kind}`);
  throw new OtError('OT_SOURCE_NOT_FOUND', 'not_found', `trace ${traceId} has no such record`, {
    hint: `it has: ${[...observed.keys()].join(', ')}`,
  });
}

/**
 * The number of the one source to write out: `wanted`, or the only one. Throws `OT_SOURCE_NOT_FOUND`
 * (exit 6) and `OT_SOURCE_AMBIGUOUS` (exit 2).
 */
export function chooseSource({ traceId, sources }: TraceSources, wanted: number | undefined): number {
  if (wanted === undefined && sources.length > 1) {
    throw new OtError('OT_SOURCE_AMBIGUOUS', 'usage', `trace ${traceId} has ${sources.length} sources`, {
      hint: `choose one with --source 0 to ${sources.length - 1}, or write all with --out DIR`,
    });
  }
  const source = wanted ?? 0;
  if (source < sources.length) return source;
  throw new OtError('OT_SOURCE_NOT_FOUND', 'not_found', `trace ${traceId} has no source ${source}`, {
    hint: `it has ${sources.length}`,
  });
}

export interface WrittenSource {
  readonly source: number;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Writes every source (or one) as a new file into `folder`, which must exist. Throws `OT_OUT_EXISTS`
 * (exit 2) rather than touch a file that is there.
 */
export async function writeSources(
  opened: TraceSources,
  folder: string,
  only: number | undefined,
): Promise<WrittenSource[]> {
  const names = fileNames(opened.sources);
  const written: WrittenSource[] = [];
  for (const [source, meta] of opened.sources.entries()) {
    if (only !== undefined && source !== only) continue;
    const path = join(folder, names[source]!);
    await writeNew(path, opened.read(source));
    written.push({ source, path, bytes: meta.bytes });
  }
  return written;
}

/** One file name per source: the recorded one where it is a plain name, made unique by the source's number. */
export function fileNames(sources: readonly SourceMeta[]): string[] {
  const taken = new Set<string>();
  return sources.map(({ file_name: name }, source) => {
    const plain = isPlainName(name) ? name : `source-${source}.jsonl`;
    let unique = plain;
    while (taken.has(unique)) unique = `${source}-${unique}`;
    taken.add(unique);
    return unique;
  });
}

/** A name is data of whoever wrote the trace: it may not lead out of the folder or hide there. */
function isPlainName(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N} ._+@=,~-]{0,199}$/u.test(name);
}

async function writeNew(path: string, content: AsyncIterable<Buffer>): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of content) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof OtError ? error : unwritable(path, error);
  }
}

function unwritable(path: string, cause: unknown): OtError {
  if (isSystemError(cause, 'EEXIST')) {
    return new OtError('OT_OUT_EXISTS', 'usage', `${path} exists already`, {
      hint: 'name another folder, or remove the file',
      cause,
    });
  }
  return new OtError('OT_OUT_UNWRITABLE', 'usage', `${path} cannot be written`, {
    hint: 'check that the folder exists and has space',
    cause,
  });
}

async function* readWhole(folder: TraceFolder, source: number, bytes: number): AsyncIterable<Buffer> {
  let done = 0;
  for await (const chunk of folder.readSource(source)) {
    done += chunk.length;
    yield chunk;
  }
  if (done === bytes) return;
  throw new OtError(
    'OT_SOURCE_INCOMPLETE',
    'corrupt',
    `source ${source} of trace ${folder.traceId} has ${done} of ${bytes} bytes`,
    { hint: 'run: git ot bucket verify --full' },
  );
}
