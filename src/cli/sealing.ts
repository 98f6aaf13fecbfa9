/** The threads that seal: those of the built program; run from source, everything is sealed in one. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localEngine, type SealEngine } from '../security/seal-engine.ts';
import { SealPool } from '../sync/seal-pool.ts';

const MAX_THREADS = 8;

/** Runs `work` with the threads, which end with it. */
export async function withSealing<T>(work: (sealing: SealEngine) => Promise<T>): Promise<T> {
  const here = dirname(fileURLToPath(import.meta.url));
  const script = [here, dirname(here)].map((folder) => join(folder, 'seal-worker.cjs')).find(existsSync);
  if (script === undefined) return work(localEngine);
  const pool = new SealPool({ script, threads: Math.min(MAX_THREADS, availableParallelism()) });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}
