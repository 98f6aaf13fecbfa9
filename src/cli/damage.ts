/** Records that a list had to leave out, gathered as findings: a list never fails for one bad row. */
import { OtError } from '../base/errors.ts';
import type { TraceCopy } from '../bucket/find.ts';
import { type Finding, finding } from '../bucket/findings.ts';

export interface DamageNotes {
  readonly findings: readonly Finding[];
  /** Notes a copy whose row cannot be read; rethrows what is not about the record. */
  readonly add: (copy: TraceCopy, error: unknown) => void;
}

export function damageNotes(): DamageNotes {
  const findings: Finding[] = [];
  const add = (copy: TraceCopy, error: unknown): void => {
    if (!(error instanceof OtError)) throw error;
    const path = `${copy.tip.ref}:traces/${copy.traceId.slice(0, 2)}/${copy.traceId}`;
    const code = error.code === 'OT_FORMAT_UNKNOWN' ? 'record_version' : 'record_damaged';
    findings.push(finding(code, path, error.message));
  };
  return { findings, add };
}
