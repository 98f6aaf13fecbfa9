/**
 * Our own pass over one trace folder: names, records, numbering and references. Each file is read once;
 * object contents are `git fsck`'s business (or, for a sample, re-hashed here).
 */
import { isDeepStrictEqual } from 'node:util';
import { OtError } from '../base/errors.ts';
import { traceIdOf, traceSuffix } from '../base/ids.ts';
import { hashObject } from '../git/object-codec.ts';
import type { GitObject, ObjectInfo, ObjectReader, Oid } from '../git/ports.ts';
import { decodeRecord } from '../record/decode.ts';
import { metaRowOf } from '../record/meta.ts';
import { ObservedDependencies, ObservedGit, ObservedProject, SourceMeta } from '../record/source.ts';
import { ObservedStart } from '../record/start.ts';
import { MetaRow, TraceHead } from '../record/trace.ts';
import { ObservedTurn } from '../record/turn.ts';
import { SecretList } from '../security/secret-list.ts';
import { filesDigest } from './files-digest.ts';
import type { TraceCopy } from './find.ts';
import { codeOfError, type Finding, type FindingCode, finding, pathOfTrace } from './findings.ts';
import { LANES_PREFIX, SEGMENT_STEPS, TraceNames } from './layout.ts';
import { blobOf, decodeStep } from './steps.ts';
import { walkTrace } from './trace-walk.ts';
import { verifyContext } from './verify-context.ts';

/** All findings of one trace; `rehash` reads every file and compares it with the id it is stored under. */
export async function verifyTrace(copy: TraceCopy, rehash: boolean): Promise<Finding[]> {
  const verifier = new TraceVerifier(copy, rehash);
  await verifier.run();
  return verifier.findings;
}

const FIXED_FILES = /^(?:meta|trace|secrets)$/;
const LISTED =
  /^(?:(?:steps|patches|context)\/\d{5,}|sources\/\d{1,6}\/(?:meta|\d{5,}|observed\/[a-z][a-z_-]{0,40}(?:\d{5})?))$/;
const BLOB = /^(?:context\/blobs\/|blobs\/([0-9a-f]{2})\/)([0-9a-f]{40,64})$/;

class TraceVerifier {
  readonly findings: Finding[] = [];
  readonly #copy: TraceCopy;
  readonly #objects: ObjectReader;
  readonly #rehash: boolean;
  readonly #names: TraceNames;
  #files: ReadonlyMap<string, Oid> = new Map();
  readonly #referenced = new Set<Oid>();
  readonly #seen = new Set<string>();

  constructor(copy: TraceCopy, rehash: boolean) {
    this.#copy = copy;
    this.#objects = copy.tip.shelf.objects;
    this.#rehash = rehash;
    this.#names = new TraceNames(copy.traceId);
  }

  async run(): Promise<void> {
    const whole = await this.#walk();
    this.#checkNames();
    if (whole) await this.#records();
    if (this.#rehash)
      for (const path of this.#files.keys()) if (!this.#seen.has(path)) await this.#read(path);
  }

  async #records(): Promise<void> {
    const head = await this.#record(this.#names.trace, TraceHead);
    const metas = await this.#sources();
    const project = await this.#record(this.#names.observed(0, 'project'), ObservedProject);
    const pins = this.#names.observed(0, 'dependencies');
    if (this.#files.has(pins)) await this.#record(pins, ObservedDependencies);
    const told = this.#names.observed(0, 'git');
    if (this.#files.has(told)) await this.#record(told, ObservedGit);
    const start = this.#names.observed(0, 'start');
    if (this.#files.has(start)) await this.#record(start, ObservedStart);
    for (const path of this.#files.keys()) {
      if (this.#names.isTurn(path)) await this.#record(path, ObservedTurn);
    }
    const row = await this.#record(this.#names.meta, MetaRow);
    await this.#checkSecrets();
    if (head === null) return;
    this.#checkIdentity(head);
    if (row !== null && metas !== null && project !== null) this.#checkMeta(row, head, metas, project);
    this.#checkBlobs(await this.#steps(head.metrics.total_steps));
    await this.#checkContext(head);
    if (row !== null) this.#checkDigest(row);
  }

  #checkContext({ metrics, parser_version }: TraceHead): Promise<void> {
    const reading = {
      names: this.#names,
      files: this.#files,
      read: (path: string, missing: FindingCode) => this.#read(path, missing),
      add: (code: FindingCode, path: string, message: string) => this.#add(code, path, message),
      addError: (path: string, error: unknown) => this.#addError(path, error),
    };
    return verifyContext(reading, metrics.total_steps, parser_version);
  }

  /** What another finding tells of is not told again. */
  #checkDigest(row: MetaRow): void {
    if (this.findings.some(({ code }) => code !== 'meta_disagrees')) return;
    if (row.files_digest === filesDigest(this.#names, this.#files)) return;
    this.#add('evidence_edited', '', 'its files are not those that were captured');
  }

  /** False when a folder could not be read: what would be said of its files is not known then. */
  async #walk(): Promise<boolean> {
    const { files, unread, stray } = await walkTrace(this.#objects, this.#copy.tree);
    this.#files = files;
    for (const { path, error } of unread) this.#addError(path, error);
    for (const path of stray) this.#add('tree_shape', path, 'an entry that does not belong in a trace');
    return unread.length === 0;
  }

  #add(code: FindingCode, path: string, message: string): void {
    const where = pathOfTrace(this.#copy);
    this.findings.push(finding(code, path === '' ? where : `${where}/${path}`, message));
  }

  #checkNames(): void {
    const suffix = `.${traceSuffix(this.#copy.traceId)}`;
    for (const [path, oid] of this.#files) {
      const blob = BLOB.exec(path);
      if (blob !== null) {
        if (blob[2] !== oid || (blob[1] !== undefined && !oid.startsWith(blob[1]))) {
          this.#add('name_mismatch', path, 'the blob is not the one it is named after');
        }
        continue;
      }
      const stem = path.endsWith(suffix) ? path.slice(0, -suffix.length) : null;
      if (stem === null || !(FIXED_FILES.test(stem) || LISTED.test(stem))) {
        this.#add('tree_shape', path, 'a file that does not belong in a trace');
      }
    }
  }

  #checkIdentity(head: TraceHead): void {
    const { traceId } = this.#copy;
    if (head.trace_id !== traceId)
      this.#add('name_mismatch', this.#names.trace, 'the record names another trace');
    if (traceIdOf(head.agent.name, head.session_id) !== traceId) {
      this.#add('id_mismatch', this.#names.trace, "the id does not follow from the session's native id");
    }
  }

  #checkMeta(row: MetaRow, head: TraceHead, metas: readonly SourceMeta[], project: ObservedProject): void {
    const expected = metaRowOf(head, metas, project, row.files_digest);
    if (isDeepStrictEqual(plain(row), plain(expected))) return;
    this.#add('meta_disagrees', this.#names.meta, 'the manifest row does not follow from the trace');
  }

  /** The list behind placeholders is of raw traces only: in a sealed copy it would give away what they hide. */
  async #checkSecrets(): Promise<void> {
    const path = this.#names.secrets;
    if (!this.#files.has(path)) return;
    if (this.#copy.tip.shelf.prefix !== LANES_PREFIX) {
      return this.#add('tree_shape', path, 'a file that does not belong in a sealed trace');
    }
    const data = await this.#read(path);
    if (data !== null) await this.#try(path, async () => SecretList.decode(data));
  }

  async #sources(): Promise<SourceMeta[] | null> {
    const metas: SourceMeta[] = [];
    for (let source = 0; this.#files.has(this.#names.sourceMeta(source)); source += 1) {
      const meta = await this.#record(this.#names.sourceMeta(source), SourceMeta);
      if (meta === null) return null;
      metas.push(meta);
      await this.#checkSource(source, meta);
    }
    const folders = this.#sourceFolders();
    if (folders.size === 0) this.#add('source_incomplete', 'sources', 'the trace has no source');
    for (const source of folders) {
      if (!this.#files.has(this.#names.sourceMeta(source))) {
        this.#add('source_incomplete', `sources/${source}`, 'the source has no descriptor');
      } else if (source >= metas.length) {
        this.#add('source_incomplete', `sources/${source}`, 'a source before it is missing');
      }
    }
    return folders.size === metas.length ? metas : null;
  }

  #sourceFolders(): ReadonlySet<number> {
    const paths = [...this.#files.keys()].filter((path) => /^sources\/\d{1,6}\//.test(path));
    return new Set(paths.map((path) => Number(path.split('/')[1])));
  }

  async #checkSource(source: number, meta: SourceMeta): Promise<void> {
    const path = `sources/${source}`;
    if (traceIdOf(meta.agent, meta.session_id) !== this.#copy.traceId) {
      this.#add(
        'id_mismatch',
        this.#names.sourceMeta(source),
        "the id does not follow from the source's native id",
      );
    }
    const chunks: string[] = [];
    for (let chunk = 0; chunk < meta.chunks; chunk += 1) {
      const name = this.#names.sourceChunk(source, chunk);
      if (!this.#files.has(name)) return this.#add('source_incomplete', path, `chunk ${chunk} is missing`);
      chunks.push(name);
    }
    if (this.#chunkCount(source) > meta.chunks) {
      this.#add('source_incomplete', path, 'there are more chunks than the descriptor says');
    }
    const sizes = await Promise.all(chunks.map((name) => this.#sizeOf(name)));
    const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    if (sizes.includes(null) || bytes === meta.bytes) return;
    this.#add('source_incomplete', path, `its chunks hold ${bytes} bytes, the descriptor says ${meta.bytes}`);
  }

  #chunkCount(source: number): number {
    const chunk = new RegExp(`^sources/${source}/\\d{5,}\\.`);
    return [...this.#files.keys()].filter((path) => chunk.test(path)).length;
  }

  /** Size of a chunk; null, and a finding, when it is not there. A sample reads it to hash it. */
  async #sizeOf(path: string): Promise<number | null> {
    if (this.#rehash) return (await this.#read(path, 'source_incomplete'))?.length ?? null;
    const oid = this.#files.get(path)!;
    const info = await this.#try(path, () => this.#present(oid, this.#objects.info(oid)));
    return info?.size ?? null;
  }

  /** Resolves with whether every step was read. */
  async #steps(total: number): Promise<boolean> {
    let next = 1;
    let whole = true;
    for (const [first, path] of this.#segments()) {
      if (first > total || (first - 1) % SEGMENT_STEPS !== 0) {
        this.#add('tree_shape', path, 'a segment that the steps do not need');
        continue;
      }
      if (first > next) whole = this.#missingSegment(next);
      next = first + SEGMENT_STEPS;
      const data = await this.#read(path, 'segment_missing');
      const last = Math.min(total, next - 1);
      whole = data !== null && this.#segment(path, data, first, last) && whole;
    }
    return next <= total ? this.#missingSegment(next) : whole;
  }

  /** Segment files by the number of their first step, in order. */
  #segments(): (readonly [number, string])[] {
    const paths = [...this.#files.keys()].filter((path) => /^steps\/\d{5,}\./.test(path));
    const numbered = paths.map((path) => [Number.parseInt(path.slice('steps/'.length), 10), path] as const);
    return numbered.sort(([left], [right]) => left - right);
  }

  #missingSegment(first: number): false {
    this.#add('segment_missing', `steps/${this.#names.segment(first)}`, 'the file is missing');
    return false;
  }

  /** Checks a segment that holds these steps; false when one of them cannot be read. */
  #segment(path: string, data: Buffer, first: number, last: number): boolean {
    const lines = data.toString('utf8').split('\n');
    lines.pop();
    const steps = lines.map((line) => this.#step(path, line));
    const wrong = steps.findIndex((step, at) => step !== null && step !== first + at);
    if (wrong >= 0) {
      this.#add('step_numbering', path, `step ${steps[wrong]} stands where ${first + wrong} belongs`);
    } else if (lines.length !== last - first + 1) {
      this.#add('step_numbering', path, `${lines.length} steps are here, ${last - first + 1} belong here`);
    }
    return !steps.includes(null);
  }

  /** Number of a stored step; null, and a finding, when it is none. */
  #step(path: string, line: string): number | null {
    try {
      const step = decodeStep(line, path);
      this.#collectBlobs(step);
      return step.step_index;
    } catch (error) {
      this.#addError(path, error);
      return null;
    }
  }

  #collectBlobs(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const blob = Array.isArray(value) ? null : blobOf(value);
    if (blob !== null) this.#referenced.add(blob);
    for (const member of Object.values(value)) this.#collectBlobs(member);
  }

  /** A blob is known to be named by no step only when every step was read. */
  #checkBlobs(everyStep: boolean): void {
    const present = new Set<Oid>();
    for (const path of this.#files.keys()) {
      const name = BLOB.exec(path);
      // By name: what stands under a wrong one is told already.
      if (name?.[1] !== undefined) present.add(name[2]!);
    }
    for (const oid of this.#referenced) {
      if (!present.has(oid))
        this.#add('dangling_blob', this.#names.blob(oid), 'a step names a blob that is not here');
    }
    for (const oid of everyStep ? present : []) {
      if (!this.#referenced.has(oid))
        this.#add('unreferenced_blob', this.#names.blob(oid), 'no step names this blob');
    }
  }

  async #record<T extends Parameters<typeof decodeRecord>[0]>(
    path: string,
    schema: T,
  ): Promise<ReturnType<typeof decodeRecord<T>> | null> {
    const data = await this.#read(path, 'record_damaged');
    if (data === null) return null;
    return this.#try(path, async () => decodeRecord(schema, data, path));
  }

  async #read(path: string, missing: FindingCode = 'tree_shape'): Promise<Buffer | null> {
    this.#seen.add(path);
    const oid = this.#files.get(path);
    if (oid === undefined) {
      this.#add(missing, path, 'the file is missing');
      return null;
    }
    const object = await this.#try(path, () => this.#present(oid, this.#objects.read(oid)));
    if (object === null) return null;
    if (this.#rehash && hashObject(this.#objects.algorithm, object.type, object.data) !== oid) {
      this.#add('object_hash_mismatch', path, `object ${oid} does not have the content it is named after`);
    }
    return object.data;
  }

  async #present<T extends ObjectInfo | GitObject>(oid: Oid, found: Promise<T | null>): Promise<T> {
    const object = await found;
    if (object === null) throw new OtError('OT_OBJECT_MISSING', 'corrupt', `object ${oid} is missing`);
    if (object.type !== 'blob') {
      throw new OtError('OT_OBJECT_TYPE', 'corrupt', `object ${oid} is a ${object.type}, not a blob`);
    }
    return object;
  }

  async #try<T>(path: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.#addError(path, error);
      return null;
    }
  }

  #addError(path: string, error: unknown): void {
    this.#add(codeOfError(error, 'record_damaged'), path, (error as OtError).message);
  }
}

/** Rows compare by their JSON value: an absent member equals an undefined one. */
function plain(row: MetaRow): unknown {
  return JSON.parse(JSON.stringify(row));
}
