/** The thread behind `seal-pool.ts`: a program of its own, bundled as `seal-worker.cjs`. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { BatchSealer } from '../security/batch-sealer.ts';
import type { SecretEntry } from '../security/contract.ts';
import { policyOf } from '../security/policy.ts';
import type { SealAnswer, SealRequest } from './seal-protocol.ts';

interface Job {
  readonly sealer: BatchSealer;
  /** The list as the last message of this kind of work had it. */
  readonly entries: { scan: readonly SecretEntry[]; seal: readonly SecretEntry[] };
}

function serve(port: MessagePort): void {
  const jobs = new Map<number, Job>();
  port.on('message', (request: SealRequest) => {
    if (request.op === 'open') {
      const sealer = new BatchSealer(policyOf(request.tools), request.format);
      jobs.set(request.job, { sealer, entries: { scan: [], seal: [] } });
    } else if (request.op === 'close') jobs.delete(request.job);
    else answer(port, jobs.get(request.job)!, request);
  });
}

type WorkRequest = Extract<SealRequest, { op: 'scan' | 'seal' }>;

function answer(port: MessagePort, job: Job, request: WorkRequest): void {
  if (request.entries !== null) job.entries[request.op] = request.entries;
  const batch = Buffer.from(request.batch.buffer, request.batch.byteOffset, request.batch.byteLength);
  const entries = job.entries[request.op];
  port.postMessage(answerTo(job.sealer, request, batch, entries));
}

function answerTo(
  sealer: BatchSealer,
  request: WorkRequest,
  batch: Buffer,
  entries: readonly SecretEntry[],
): SealAnswer {
  if (request.op === 'scan') return { state: 'scanned', scan: sealer.scan(batch, entries) };
  const seal = sealer.seal(batch, entries, request.places);
  const isSame = seal.state === 'sealed' && seal.bytes === batch;
  return isSame ? { state: 'unchanged', report: seal.report } : { state: 'done', seal };
}

if (parentPort !== null) serve(parentPort);
