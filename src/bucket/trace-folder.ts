/** One trace folder as stored: its files by path, its records decoded, its sources streamed. */
import { OtError } from '../base/errors.ts';
import type { HashAlgorithm, ObjectReader, Oid } from '../git/ports.ts';
import { decodeRecord } from '../record/decode.ts';
import { ObservedDependencies, ObservedGit, ObservedProject, SourceMeta } from '../record/source.ts';
import { ObservedStart } from '../record/start.ts';
import { MetaRow, TraceHead } from '../record/trace.ts';
import { ObservedTurn } from '../record/turn.ts';
import { TraceNames } from './layout.ts';

/** Every file below a tree, by slash-separated path. Reads trees only. */
export async function listFiles(objects: ObjectReader, tree: Oid, prefix = ''): Promise<Map<string, Oid>> {
  const files = new Map<string, Oid>();
  const entries = await objects.readTree(tree);
  const folders = await Promise.all(
    entries.map(async (entry) => {
      const path = `${prefix}${entry.name}`;
      if (entry.mode !== '40000') return new Map([[path, entry.oid]]);
      return listFiles(objects, entry.oid, `${path}/`);
    }),
  );
  for (const folder of folders) for (const [path, oid] of folder) files.set(path, oid);
  return files;
}

/** A trace folder opened for reading. Records are validated as they are read: a pulled one is untrusted. */
export class TraceFolder {
  readonly traceId: string;
  readonly tree: Oid;
  readonly names: TraceNames;
  readonly #objects: ObjectReader;
  #files: Promise<Map<string, Oid>> | undefined;

  constructor(objects: ObjectReader, traceId: string, tree: Oid) {
    this.#objects = objects;
    this.traceId = traceId;
    this.tree = tree;
    this.names = new TraceNames(traceId);
  }

  get algorithm(): HashAlgorithm {
    return this.#objects.algorithm;
  }

  files(): Promise<Map<string, Oid>> {
    this.#files ??= listFiles(this.#objects, this.tree);
    return this.#files;
  }

  async meta(): Promise<MetaRow> {
    return decodeRecord(MetaRow, await this.bytes(this.names.meta), this.#where(this.names.meta));
  }

  async head(): Promise<TraceHead> {
    return decodeRecord(TraceHead, await this.bytes(this.names.trace), this.#where(this.names.trace));
  }

  async sourceMeta(source: number): Promise<SourceMeta> {
    const path = this.names.sourceMeta(source);
    return decodeRecord(SourceMeta, await this.bytes(path), this.#where(path));
  }

  /** Descriptors of all sources in order. */
  async sourceMetas(): Promise<SourceMeta[]> {
    const count = await this.sourceCount();
    return Promise.all(Array.from({ length: count }, (_, source) => this.sourceMeta(source)));
  }

  async sourceCount(): Promise<number> {
    const sources = await this.#objects.resolve(this.tree, 'sources');
    if (sources?.type !== 'tree') return 0;
    return (await this.#objects.readTree(sources.oid)).length;
  }

  async project(): Promise<ObservedProject> {
    const path = this.names.observed(0, 'project');
    return decodeRecord(ObservedProject, await this.bytes(path), this.#where(path));
  }

  /** What lock files pinned beside the first capture; null when none was seen. */
  async dependencies(): Promise<ObservedDependencies | null> {
    const path = this.names.observed(0, 'dependencies');
    if ((await this.dependenciesOid()) === null) return null;
    return decodeRecord(ObservedDependencies, await this.bytes(path), this.#where(path));
  }

  /** What hooks told of the repository; null when none told anything. */
  async git(): Promise<ObservedGit | null> {
    const path = this.names.observed(0, 'git');
    if ((await this.#observedOid(path)) === null) return null;
    return decodeRecord(ObservedGit, await this.bytes(path), this.#where(path));
  }

  /** What was seen when the session started; null when no hook was there. */
  async start(): Promise<ObservedStart | null> {
    const path = this.names.observed(0, 'start');
    if ((await this.#observedOid(path)) === null) return null;
    return decodeRecord(ObservedStart, await this.bytes(path), this.#where(path));
  }

  /** Paths of the records of turns, in their order. */
  async turnPaths(): Promise<string[]> {
    const folder = 'sources/0/observed';
    const seen = await this.#objects.resolve(this.tree, folder);
    const files = seen?.type === 'tree' ? await this.#objects.readTree(seen.oid) : [];
    const names = files.map(({ name }) => `${folder}/${name}`);
    return names.filter((path) => this.names.isTurn(path)).sort();
  }

  /** What changed in the work tree during one turn; `path` is one of {@link turnPaths}. */
  async turn(path: string): Promise<ObservedTurn> {
    return decodeRecord(ObservedTurn, await this.bytes(path), this.#where(path));
  }

  /** Object id of what {@link dependencies} reads: traces with the same have the same. */
  dependenciesOid(): Promise<Oid | null> {
    return this.#observedOid(this.names.observed(0, 'dependencies'));
  }

  async #observedOid(path: string): Promise<Oid | null> {
    const seen = await this.#objects.resolve(this.tree, 'sources/0/observed');
    const files = seen?.type === 'tree' ? await this.#objects.readTree(seen.oid) : [];
    return files.find(({ name }) => path.endsWith(`/${name}`))?.oid ?? null;
  }

  /** Ids of a source's chunks, in order. */
  async chunkOids(source: number): Promise<Oid[]> {
    const tree = await this.#objects.resolve(this.tree, `sources/${source}`);
    if (tree?.type !== 'tree') return [];
    const oids = new Map((await this.#objects.readTree(tree.oid)).map((entry) => [entry.name, entry.oid]));
    const chunks: Oid[] = [];
    for (;;) {
      const oid = oids.get(this.names.chunk(chunks.length));
      if (oid === undefined) return chunks;
      chunks.push(oid);
    }
  }

  /** Files right in a folder of this trace, by name; none when it is not there. */
  async filesIn(path: string): Promise<Map<string, Oid>> {
    const tree = await this.#objects.resolve(this.tree, path);
    if (tree?.type !== 'tree') return new Map();
    const entries = await this.#objects.readTree(tree.oid);
    return new Map(
      entries.flatMap(({ name, oid, mode }) => (mode === '40000' ? [] : [[name, oid] as const])),
    );
  }

  /** Content of a blob by its id; null when it is not there. */
  async content(oid: Oid): Promise<Buffer | null> {
    const found = await this.#objects.read(oid);
    return found?.type === 'blob' ? found.data : null;
  }

  /** Exact bytes of a source, chunk by chunk, from chunk `from` on. */
  async *readSource(source: number, from = 0): AsyncIterable<Buffer> {
    for (const oid of (await this.chunkOids(source)).slice(from))
      yield await this.#blob(oid, `sources/${source}`);
  }

  /** Content of a file of this folder; throws `OT_OBJECT_MISSING` when it is not there. */
  async bytes(path: string): Promise<Buffer> {
    const found = await this.#objects.readPath(this.tree, path);
    if (found === null || found.type !== 'blob') throw missing(this.#where(path));
    return found.data;
  }

  async #blob(oid: Oid, path: string): Promise<Buffer> {
    const found = await this.#objects.read(oid);
    if (found === null) throw missing(this.#where(path));
    return found.data;
  }

  #where(path: string): string {
    return `trace ${this.traceId} ${path}`;
  }
}

function missing(where: string): OtError {
  return new OtError('OT_OBJECT_MISSING', 'corrupt', `not in the bucket: ${where}`, {
    hint: 'run: git ot bucket verify --full',
  });
}
