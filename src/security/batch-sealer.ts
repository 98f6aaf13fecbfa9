/**
 * Seals a stream in batches of whole lines, so that batches can be worked on side by side. What a batch
 * gives depends on its bytes and on the list at the begin of the pass alone, never on the batches before
 * it: any number of workers gives what one gives.
 */
import type { Policy, SealReport, SecretEntry } from './contract.ts';
import { SecretList } from './secret-list.ts';
import { type Residue, type Secret, SourceSealer } from './source-sealer.ts';
import type { Places } from './text-search.ts';

export interface BatchScan {
  /** Its secrets that were not listed, in order of their first place. */
  readonly found: readonly Secret[];
  /** For each line, see `SourceSealer.scan`. */
  readonly places: readonly Places[];
}

/** `unsettled`: secrets that only came to light now; `residue`: what stays in a line of the batch. */
export type BatchSeal =
  | { readonly state: 'sealed'; readonly bytes: Buffer; readonly report: SealReport }
  | { readonly state: 'unsettled'; readonly found: readonly Secret[] }
  | { readonly state: 'residue'; readonly residue: Residue };

const LINE_END = 0x0a;

/** The work of one session in one thread. `entries` is all of the list at the begin of a pass. */
export class BatchSealer {
  readonly #policy: Policy;
  readonly #format: string;
  #scanner: SourceSealer | null = null;
  #remover: Remover | null = null;

  constructor(policy: Policy, format: string) {
    this.#policy = policy;
    this.#format = format;
  }

  /** First pass over a batch: lines with their line ends, the last possibly without. */
  scan(batch: Buffer, entries: readonly SecretEntry[]): BatchScan {
    this.#scanner ??= this.#newRemover(entries).sealer;
    const list = new SecretList();
    const places: Places[] = [];
    for (const { start, end } of linesOf(batch)) {
      const line = this.#scanner.find(batch.subarray(start, end));
      for (const { kind, value } of line.found) list.add(kind, value);
      places.push(line.places);
    }
    return { found: list.entries.map(({ kind, value }) => ({ kind, value })), places };
  }

  /** Second pass. `places` is what the scan of the same bytes gave, null when there was none. */
  seal(batch: Buffer, entries: readonly SecretEntry[], places: readonly Places[] | null): BatchSeal {
    if (this.#remover?.list.size !== entries.length) this.#remover = this.#newRemover(entries);
    const { list, sealer } = this.#remover;
    const { bytes, residue } = sealBatch(sealer, batch, places);
    if (list.size > entries.length) return { state: 'unsettled', found: list.entries.slice(entries.length) };
    const report = sealer.takeReport();
    return residue === null ? { state: 'sealed', bytes, report } : { state: 'residue', residue };
  }

  #newRemover(entries: readonly SecretEntry[]): Remover {
    const list = SecretList.of(entries);
    return { list, sealer: new SourceSealer({ policy: this.#policy, list, format: this.#format }) };
  }
}

interface Remover {
  readonly list: SecretList;
  readonly sealer: SourceSealer;
}

/** The sealed batch, the very buffer when nothing had to go. */
function sealBatch(
  sealer: SourceSealer,
  batch: Buffer,
  places: readonly Places[] | null,
): { bytes: Buffer; residue: Residue | null } {
  const pieces: Buffer[] = [];
  let copied = 0;
  let index = 0;
  for (const { start, end } of linesOf(batch)) {
    const line = batch.subarray(start, end);
    const sealed = sealer.trySeal(line, places?.[index] ?? null);
    index += 1;
    if (!Buffer.isBuffer(sealed)) return { bytes: batch, residue: { ...sealed, line: index } };
    if (sealed === line) continue;
    pieces.push(batch.subarray(copied, start), sealed);
    copied = end;
  }
  if (pieces.length === 0) return { bytes: batch, residue: null };
  return { bytes: Buffer.concat([...pieces, batch.subarray(copied)]), residue: null };
}

function* linesOf(batch: Buffer): Generator<{ start: number; end: number }> {
  let start = 0;
  while (start < batch.length) {
    const found = batch.indexOf(LINE_END, start);
    const end = found < 0 ? batch.length : found;
    yield { start, end };
    start = end + 1;
  }
}
