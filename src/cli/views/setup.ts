/** Text view of every `setup` verb. */
import { type Page, printable, table } from './page.ts';

export interface SetupReport {
  /** What is set up: `claude-code`, `git`, ... */
  readonly target: string;
  readonly remove: boolean;
  readonly dry_run: boolean;
  readonly changes: ReadonlyArray<{ readonly path: string; readonly action: string }>;
  /** What a person has to do besides. */
  readonly note: string | null;
}

export function setupView(page: Page, { target, remove, dry_run, changes, note }: SetupReport): string {
  const real = changes.filter(({ action }) => action !== 'none');
  const rows = real.map(({ path, action }) => [action, printable(path)]);
  const listed = rows.length === 0 ? '' : table(page, ['ACTION', 'FILE'], rows);
  return `${listed}${target}: ${verdict(real.length, remove, dry_run)}\n${note === null ? '' : `note: ${note}\n`}`;
}

type Place = {
  readonly repository: string | null;
  readonly settings: readonly string[];
  readonly refs: readonly string[];
};

/** What a removal without a purge leaves in configurations; a line for each. */
export function keptNotes(places: readonly Place[]): string {
  return places.map((place) => `kept, without --purge: ${placeLine(place)}\n`).join('');
}

export function purgedNotes(paths: readonly string[], places: readonly Place[]): string {
  const lines = [...paths.map(printable), ...places.map(placeLine)];
  return lines.map((line) => `purged: ${line}\n`).join('');
}

function placeLine({ repository, settings, refs }: Place): string {
  return `${printable([...settings, ...refs].join(', '))} in ${repository === null ? 'your git configuration' : printable(repository)}`;
}

function verdict(changes: number, remove: boolean, dryRun: boolean): string {
  if (changes === 0) return remove ? 'nothing of git-ot is there' : 'set up already';
  if (dryRun) return 'dry run, nothing was changed';
  return remove ? 'removed' : 'set up';
}
