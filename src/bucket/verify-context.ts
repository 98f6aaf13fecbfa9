/** Verify's pass over the context of one trace: a node for each step, parents before children, blobs named. */
import type { Oid } from '../git/ports.ts';
import type { ContextNode } from '../record/context.ts';
import { decodeNode } from './context-nodes.ts';
import type { FindingCode } from './findings.ts';
import { SEGMENT_STEPS, type TraceNames } from './layout.ts';
import { blobOf } from './steps.ts';

/** Parsers before this version derived no context. */
const FIRST_WITH_CONTEXT = 2;

/** What the pass over a trace lends. */
export interface TraceReading {
  readonly names: TraceNames;
  readonly files: ReadonlyMap<string, Oid>;
  /** Content of a file; null, and a finding, when it cannot be read. */
  read(path: string, missing: FindingCode): Promise<Buffer | null>;
  add(code: FindingCode, path: string, message: string): void;
  addError(path: string, error: unknown): void;
}

const SEGMENT = /^context\/(\d{5,})\./;
const CONTEXT_BLOB = /^context\/blobs\/([0-9a-f]{40,64})$/;

/** Adds what is wrong with the context of a trace of `total` steps. */
export async function verifyContext(
  reading: TraceReading,
  total: number,
  parserVersion: number,
): Promise<void> {
  const { names, files } = reading;
  const segments = [...files.keys()].filter((path) => SEGMENT.test(path));
  for (const path of segments) {
    const first = Number(SEGMENT.exec(path)![1]);
    if (first > total || (first - 1) % SEGMENT_STEPS !== 0) {
      reading.add('tree_shape', path, 'a segment that the steps do not need');
    }
  }
  if (parserVersion < FIRST_WITH_CONTEXT && segments.length === 0) return;
  const named = new Set<Oid>();
  let whole = true;
  for (let first = 1; first <= total; first += SEGMENT_STEPS) {
    const path = `context/${names.segment(first)}`;
    if (!files.has(path)) {
      // One finding: the number of steps may be anything a remote says.
      reading.add('segment_missing', path, 'the file is missing');
      whole = false;
      break;
    }
    const data = await reading.read(path, 'segment_missing');
    const last = Math.min(total, first + SEGMENT_STEPS - 1);
    whole = data !== null && checkSegment(reading, { path, data, first, last }, named) && whole;
  }
  checkBlobs(reading, named, whole);
}

interface Segment {
  readonly path: string;
  readonly data: Buffer;
  readonly first: number;
  readonly last: number;
}

/** False when one of its nodes cannot be read. */
function checkSegment(reading: TraceReading, { path, data, first, last }: Segment, named: Set<Oid>): boolean {
  const lines = data.toString('utf8').split('\n');
  lines.pop();
  const nodes = lines.map((line) => nodeOf(reading, path, line));
  for (const node of nodes) if (node !== null) checkNode(reading, path, node, named);
  const wrong = nodes.findIndex((node, at) => node !== null && node.step_index !== first + at);
  if (wrong >= 0) {
    reading.add(
      'step_numbering',
      path,
      `node ${nodes[wrong]?.step_index} stands where ${first + wrong} belongs`,
    );
  } else if (lines.length !== last - first + 1) {
    reading.add('step_numbering', path, `${lines.length} nodes are here, ${last - first + 1} belong here`);
  }
  return !nodes.includes(null);
}

function nodeOf(reading: TraceReading, path: string, line: string): ContextNode | null {
  try {
    return decodeNode(line, path);
  } catch (error) {
    reading.addError(path, error);
    return null;
  }
}

function checkNode(reading: TraceReading, path: string, node: ContextNode, named: Set<Oid>): void {
  const { step_index, parent_step, layers = {} } = node;
  if (parent_step !== null && (parent_step < 1 || parent_step >= step_index)) {
    reading.add('step_numbering', path, `node ${step_index} continues one that is not before it`);
  }
  for (const layer of Object.values(layers)) {
    for (const value of Object.values((layer ?? {}) as Record<string, unknown>)) {
      const oid = typeof value === 'object' && value !== null ? blobOf(value) : null;
      if (oid !== null) named.add(oid);
    }
  }
}

/** A blob is known to be named by no node only when every node was read. */
function checkBlobs({ names, files, add }: TraceReading, named: ReadonlySet<Oid>, everyNode: boolean): void {
  const present = new Set([...files.keys()].flatMap((path) => CONTEXT_BLOB.exec(path)?.[1] ?? []));
  for (const oid of named) {
    if (!present.has(oid))
      add('dangling_blob', names.contextBlob(oid), 'a node names a blob that is not here');
  }
  for (const oid of everyNode ? present : []) {
    if (!named.has(oid)) add('unreferenced_blob', names.contextBlob(oid), 'no node names this blob');
  }
}
