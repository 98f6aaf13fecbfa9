/** Text view of `init`. */
import { fields, type Page, printable } from './page.ts';

export interface InitReport {
  /** Top of the work tree. */
  readonly repository: string;
  readonly enabled: boolean;
  /** Agents whose hooks are set up now. */
  readonly agents: readonly string[];
  /** What a person has to do in agents besides. */
  readonly agent_notes: readonly string[];
  readonly changes: ReadonlyArray<{ readonly path: string; readonly action: string }>;
  /** Sessions taken in with `--import-existing`; null when not asked for. */
  readonly imported: { readonly captured: number; readonly failed: number } | null;
  /** Why git hooks were left alone; null when they were not. */
  readonly note: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

export function initView(page: Page, init: InitReport): string {
  const pairs: Array<readonly [string, string]> = [
    ['repository', printable(init.repository)],
    ['sessions', init.enabled ? 'captured' : 'not captured'],
  ];
  if (init.enabled)
    pairs.push(['agents', init.agents.join(', ') || 'none here yet: git ot setup AGENT once one is']);
  for (const { path, action } of init.changes) if (action !== 'none') pairs.push([action, printable(path)]);
  if (init.imported !== null)
    pairs.push(['imported', `${init.imported.captured} sessions, ${init.imported.failed} failed`]);
  for (const note of init.agent_notes) pairs.push(['note', printable(note)]);
  if (init.note !== null) pairs.push(['note', printable(`${init.note.message}; ${init.note.hint ?? ''}`)]);
  return fields(page, pairs);
}
