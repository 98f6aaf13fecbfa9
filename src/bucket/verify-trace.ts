/**
 * Our own pass over one trace folder: names, records, numbering and references. Each file is read once;
 * object contents are `git fsck`'s business (or, for a sample, re-hashed here).
 */
import { isDeepStrictEqual } from 'node:util';
import { OtError } from '../base/errors.ts';
import { traceIdOf, traceSuffix } from '../base/ids.ts';
import { hashObject } from '../git/object-codec.ts';
import type { ObjectReader, Oid } from '../git/ports.ts';
import { decodeRecord } from '../record/decode.ts';
import { metaRowOf } from '../record/meta.ts';
import { ObservedProject, SourceMeta } from '../record/source.ts';
import { MetaRow, TraceHead } from '../record/trace.ts';
import { type Finding, type FindingCode, finding } from './findings.ts';
import { SEGMENT_STEPS, TraceNames } from './layout.ts';
import { blobOf, decodeStep } from './steps.ts';
import { listFiles } from './trace-folder.ts';

export interface TraceCheck {
  readonly objects: ObjectReader;
  readonly traceId: string;
  readonly tree: Oid;
  /** Path shown in findings, e.g. `refs/...:traces/ab/<id>`. */
  readonly where: string;
  /** Hash every blob that is read again. */
  readonly rehash: boolean;
}

/** All findings of one trace. */
export async function verifyTrace(check: TraceCheck): Promise<Finding[]> {
  const verifier = new TraceVerifier(check);
  await verifier.run();
  return verifier.findings;
}

const FIXED_FILES = /^(?:meta|trace|secrets)$/;
const LISTED =
  /^(?:(?:steps|patches|context)\/\d{5,}|sources\/\d{1,6}\/(?:meta|\d{5,}|observed\/[a-z][a-z_-]{0,40}))$/;
const BLOB = /^(?:context\/blobs\/|blobs\/([0-9a-f]{2})\/)([0-9a-f]{40,64})$/;

class TraceVerifier {
  readonly findings: Finding[] = [];
  readonly #check: TraceCheck;
  readonly #names: TraceNames;
  #files: ReadonlyMap<string, Oid> = new Map();
  readonly #referenced = new Set<Oid>();

  constructor(check: TraceCheck) {
    this.#check = check;
    this.#names = new TraceNames(check.traceId);
  }

  async run(): Promise<void> {
    const files = await this.#try('', () => listFiles(this.#check.objects, this.#check.tree));
    if (files === null) return;
    this.#files = files;
    this.#checkNames();
    const head = await this.#record(this.#names.trace, TraceHead);
    const metas = await this.#sources();
    const project = await this.#record(this.#names.observed(0, 'project'), ObservedProject);
    const row = await this.#record(this.#names.meta, MetaRow);
    if (head === null) return;
    this.#checkIdentity(head);
    if (row !== null && metas !== null && project !== null) this.#checkMeta(row, head, metas, project);
    await this.#steps(head.metrics.total_steps);
    this.#checkBlobs();
  }

  #add(code: FindingCode, path: string, message: string): void {
    this.findings.push(
      finding(code, path === '' ? this.#check.where : `${this.#check.where}/${path}`, message),
    );
  }

  #checkNames(): void {
    const suffix = `.${traceSuffix(this.#check.traceId)}`;
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
    const { traceId } = this.#check;
    if (head.trace_id !== traceId)
      this.#add('name_mismatch', this.#names.trace, 'the record names another trace');
    if (traceIdOf(head.agent.name, head.session_id) !== traceId) {
      this.#add('id_mismatch', this.#names.trace, "the id does not follow from the session's native id");
    }
  }

  #checkMeta(row: MetaRow, head: TraceHead, metas: readonly SourceMeta[], project: ObservedProject): void {
    if (isDeepStrictEqual(plain(row), plain(metaRowOf(head, metas, project)))) return;
    this.#add('meta_disagrees', this.#names.meta, 'the manifest row does not follow from the trace');
  }

  async #sources(): Promise<SourceMeta[] | null> {
    const metas: SourceMeta[] = [];
    for (let source = 0; this.#files.has(this.#names.sourceMeta(source)); source += 1) {
      const meta = await this.#record(this.#names.sourceMeta(source), SourceMeta);
      if (meta === null) return null;
      metas.push(meta);
      await this.#checkSource(source, meta);
    }
    if (metas.length === 0) this.#add('source_incomplete', 'sources', 'the trace has no source');
    return metas;
  }

  async #checkSource(source: number, meta: SourceMeta): Promise<void> {
    const path = `sources/${source}`;
    const chunks: Oid[] = [];
    for (let chunk = 0; chunk < meta.chunks; chunk += 1) {
      const oid = this.#files.get(this.#names.sourceChunk(source, chunk));
      if (oid === undefined) return this.#add('source_incomplete', path, `chunk ${chunk} is missing`);
      chunks.push(oid);
    }
    if (this.#files.has(this.#names.sourceChunk(source, meta.chunks))) {
      this.#add('source_incomplete', path, 'there are more chunks than the descriptor says');
    }
    const infos = await this.#try(path, () =>
      Promise.all(chunks.map((oid) => this.#check.objects.info(oid))),
    );
    const bytes = infos?.reduce((sum, info) => sum + (info?.size ?? 0), 0);
    if (bytes !== undefined && bytes !== meta.bytes) {
      this.#add(
        'source_incomplete',
        path,
        `its chunks hold ${bytes} bytes, the descriptor says ${meta.bytes}`,
      );
    }
  }

  async #steps(total: number): Promise<void> {
    let expected = 1;
    for (let first = 1; first <= total; first += SEGMENT_STEPS) {
      const path = `steps/${this.#names.segment(first)}`;
      const data = await this.#read(path, 'segment_missing');
      if (data === null) return;
      expected = this.#segment(path, data, expected);
    }
    if (expected - 1 !== total) {
      this.#add('step_numbering', 'steps', `there are ${expected - 1} steps, the record says ${total}`);
    }
    const segments = [...this.#files.keys()].filter((path) => path.startsWith('steps/')).length;
    if (segments > Math.ceil(total / SEGMENT_STEPS)) {
      this.#add('tree_shape', 'steps', 'there are more segments than steps need');
    }
  }

  /** Checks one segment; returns the number the next step must have. */
  #segment(path: string, data: Buffer, first: number): number {
    let expected = first;
    const lines = data.toString('utf8').split('\n');
    lines.pop();
    for (const line of lines) {
      try {
        const step = decodeStep(line, path);
        if (step.step_index !== expected) {
          this.#add('step_numbering', path, `step ${step.step_index} stands where ${expected} belongs`);
        }
        this.#collectBlobs(step);
      } catch (error) {
        this.#addError(path, error);
      }
      expected += 1;
    }
    return expected;
  }

  #collectBlobs(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const blob = Array.isArray(value) ? null : blobOf(value);
    if (blob !== null) this.#referenced.add(blob);
    for (const member of Object.values(value)) this.#collectBlobs(member);
  }

  #checkBlobs(): void {
    const present = new Set<Oid>();
    for (const [path, oid] of this.#files) if (path.startsWith('blobs/')) present.add(oid);
    for (const oid of this.#referenced) {
      if (!present.has(oid))
        this.#add('dangling_blob', this.#names.blob(oid), 'a step names a blob that is not here');
    }
    for (const oid of present) {
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

  async #read(path: string, missing: FindingCode): Promise<Buffer | null> {
    const oid = this.#files.get(path);
    if (oid === undefined) {
      this.#add(missing, path, 'the file is missing');
      return null;
    }
    const object = await this.#try(path, () => this.#check.objects.read(oid));
    if (object === null) {
      if (!this.findings.some(({ path: seen }) => seen.endsWith(path))) {
        this.#add('object_missing', path, `object ${oid} is not in the store`);
      }
      return null;
    }
    if (this.#check.rehash && hashObject(this.#check.objects.algorithm, object.type, object.data) !== oid) {
      this.#add('object_hash_mismatch', path, `object ${oid} does not have the content it is named after`);
    }
    return object.data;
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
    if (!(error instanceof OtError)) throw error;
    const code = CODE_OF_ERROR.get(error.code) ?? 'record_damaged';
    this.#add(code, path, error.message);
  }
}

const CODE_OF_ERROR: ReadonlyMap<string, FindingCode> = new Map<string, FindingCode>([
  ['OT_FORMAT_UNKNOWN', 'record_version'],
  ['OT_RECORD_DAMAGED', 'record_damaged'],
  ['OT_OBJECT_CORRUPT', 'object_corrupt'],
  ['OT_OBJECT_MISSING', 'object_missing'],
  ['OT_OBJECT_TYPE', 'tree_shape'],
]);

/** Rows compare by their JSON value: an absent member equals an undefined one. */
function plain(row: MetaRow): unknown {
  return JSON.parse(JSON.stringify(row));
}
