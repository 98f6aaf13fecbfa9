/** Records that a list had to leave out, gathered as findings: a list never fails for one bad row. */
import type { OtError } from '../base/errors.ts';
import type { TraceCopy } from '../bucket/find.ts';
import { codeOfError, type Finding, finding, onShelf, pathOfTrace } from '../bucket/findings.ts';

export interface DamageNotes {
  readonly findings: readonly Finding[];
  /** Notes a copy whose row cannot be read; rethrows what is not about the record. */
  readonly add: (copy: TraceCopy, error: unknown) => void;
}

export function damageNotes(): DamageNotes {
  const findings: Finding[] = [];
  const add = (copy: TraceCopy, error: unknown): void => {
    const found = finding(
      codeOfError(error, 'record_damaged'),
      pathOfTrace(copy),
      (error as OtError).message,
    );
    findings.push(onShelf(found, copy.tip.shelf));
  };
  return { findings, add };
}
