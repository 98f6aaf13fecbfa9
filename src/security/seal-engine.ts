/** Who does the work of sealing: this thread, or others. The result is the same. */
import { type BatchScan, type BatchSeal, BatchSealer } from './batch-sealer.ts';
import type { Policy, SecretEntry } from './contract.ts';
import type { Places } from './text-search.ts';

export interface SealEngine {
  /** Batches it works on at once. */
  readonly width: number;
  open(policy: Policy, format: string): SealJob;
}

/** {@link BatchSealer}, somewhere. A batch must not be changed once it is handed over. */
export interface SealJob {
  scan(batch: Buffer, entries: readonly SecretEntry[]): Promise<BatchScan>;
  seal(batch: Buffer, entries: readonly SecretEntry[], places: readonly Places[] | null): Promise<BatchSeal>;
  /** Ends it; may be called more than once. */
  close(): void;
}

/** Works in the calling thread. */
export const localEngine: SealEngine = {
  width: 1,
  open: (policy, format) => {
    const sealer = new BatchSealer(policy, format);
    return {
      scan: async (batch, entries) => sealer.scan(batch, entries),
      seal: async (batch, entries, places) => sealer.seal(batch, entries, places),
      close: () => undefined,
    };
  },
};
