/** From a plan of file changes to a reply: the same for every `setup` verb. */
import { actionOf, applyChanges, type FileChange } from '../capture/live/setup/change.ts';
import type { App } from './app.ts';
import type { Reply } from './envelope.ts';
import { type SetupReport, setupView } from './views/setup.ts';

export interface SetupRun {
  /** What is set up: `claude-code`, `git`, ... */
  readonly target: string;
  readonly changes: readonly FileChange[];
  readonly remove: boolean;
  readonly dryRun: boolean;
  /** What a person has to do besides. */
  readonly note?: string | undefined;
}

/** Applies the plan, or with a dry run only shows it: not a file changes then. */
export async function runSetup(app: App, run: SetupRun): Promise<Reply> {
  if (!run.dryRun) await applyChanges(run.changes, app.platform, app.home);
  const changes = run.changes.map((change) => ({ path: change.path, action: actionOf(change) }));
  const { target, remove, dryRun: dry_run, note = null } = run;
  const setup: SetupReport = { target, remove, dry_run, changes, note: remove ? null : note };
  return {
    schema: 'opentraces.setup.v1',
    data: { setup },
    text: (page) => setupView(page, setup),
    nextSteps: remove ? [] : ['git ot status'],
  };
}
