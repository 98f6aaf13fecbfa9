/** Records that a list had to leave out, gathered as findings: a list never fails for one bad row. */
import type { OtError } from '../base/errors.ts';
import { aboveTraces, codeOfError, type Finding, finding, onShelf, pathOfTrace } from '../bucket/findings.ts';
import type { DamagedPlace } from '../bucket/list.ts';

export interface DamageNotes {
  readonly findings: readonly Finding[];
  /** Notes a trace or journal that cannot be read; rethrows what is no outcome of reading. */
  readonly add: (place: DamagedPlace, error: unknown) => void;
}

export function damageNotes(): DamageNotes {
  const findings: Finding[] = [];
  const add = ({ tip, traceId }: DamagedPlace, error: unknown): void => {
    const code = codeOfError(error, 'record_damaged');
    const { message } = error as OtError;
    const found =
      traceId === undefined
        ? aboveTraces(finding(code, tip.ref, message))
        : finding(code, pathOfTrace({ tip, traceId }), message);
    findings.push(onShelf(found, tip.shelf));
  };
  return { findings, add };
}
