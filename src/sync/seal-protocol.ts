/** What a push and its seal workers say to each other. Bytes are moved or copied, never shared. */
import type { BatchScan, BatchSeal } from '../security/batch-sealer.ts';
import type { SecretEntry } from '../security/contract.ts';
import type { Places } from '../security/text-search.ts';

export type SealRequest =
  | { readonly op: 'open'; readonly job: number; readonly tools: readonly string[]; readonly format: string }
  | { readonly op: 'close'; readonly job: number }
  | (Work & { readonly op: 'scan' })
  | (Work & { readonly op: 'seal'; readonly places: readonly Places[] | null });

interface Work {
  readonly job: number;
  readonly batch: Uint8Array;
  /** All of the list; null when it is as long as in the last message of this job and kind of work. */
  readonly entries: readonly SecretEntry[] | null;
}

/** Answers come in the order of the requests; `open` and `close` have none. */
export type SealAnswer =
  | { readonly state: 'scanned'; readonly scan: BatchScan }
  | { readonly state: 'unchanged'; readonly report: SealedReport }
  | { readonly state: 'done'; readonly seal: BatchSeal };

type SealedReport = Extract<BatchSeal, { state: 'sealed' }>['report'];
