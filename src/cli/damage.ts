/** Records that a list had to leave out, gathered as findings: one bad row never fails a list. */
import { OtError } from '../base/errors.ts';
import { aboveTraces, codeOfError, type Finding, finding, onShelf } from '../bucket/findings.ts';
import { tracePath } from '../bucket/layout.ts';
import type { DamagedPlace } from '../bucket/list.ts';

export interface DamageNotes {
  readonly findings: readonly Finding[];
  /** Notes what cannot be read; rethrows what is no outcome of reading. */
  readonly add: (place: DamagedPlace, error: unknown) => void;
  /** For the reply: a list that lacks a whole journal is no success, however much else it shows. */
  readonly failure: () => { readonly failure?: OtError };
}

export function damageNotes(): DamageNotes {
  const findings: Finding[] = [];
  const journals: OtError[] = [];
  const add = (place: DamagedPlace, error: unknown): void => {
    findings.push(findingAt(place, error));
    if (place.traceId === undefined) journals.push(error as OtError);
  };
  return { findings, add, failure: () => journalFailure(journals.map(({ hint }) => hint)) };
}

function findingAt({ tip, traceId }: DamagedPlace, error: unknown): Finding {
  const { message } = error as OtError;
  if (tip.ref === tip.shelf.prefix) {
    const path = `remotes/${tip.shelf.remote}.git`;
    return onShelf(finding(codeOfError(error, 'repository'), path, message), tip.shelf);
  }
  const code = codeOfError(error, 'record_damaged');
  if (traceId === undefined) return onShelf(aboveTraces(finding(code, tip.ref, message)), tip.shelf);
  return onShelf(finding(code, `${tip.ref}:${tracePath(traceId)}`, message), tip.shelf);
}

/** Failure of a reply that lacks whole journals, one hint for each: exit 5 beside what could be read. */
export function journalFailure(hints: readonly (string | undefined)[]): { readonly failure?: OtError } {
  const count = hints.length;
  if (count === 0) return {};
  const what = count === 1 ? 'a journal' : `${count} journals`;
  const failure = new OtError(
    'OT_JOURNAL_UNREADABLE',
    'corrupt',
    `${what} cannot be read: traces are missing`,
    {
      hint: new Set(hints).size === 1 && hints[0] ? hints[0] : 'run: git ot bucket verify --full',
    },
  );
  return { failure };
}
