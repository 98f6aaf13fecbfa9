/** What is told of a session as a whole: in its own record, under either set of names, and by its messages. */
import { timeOfMillis } from '../shared/epoch-time.ts';
import { cutText, type Fields, fieldsOf, filledOf, numberOf } from '../shared/fields.ts';
import type { SessionDraft } from '../shared/session-draft.ts';

/** Key in the record's metadata, name in exports and files, column of the database. */
const FACTS: ReadonlyArray<readonly [string, string, string]> = [
  ['slug', 'slug', 'slug'],
  ['project_id', 'projectID', 'project_id'],
  ['workspace_id', 'workspaceID', 'workspace_id'],
  ['parent_session', 'parentID', 'parent_id'],
];

export class SessionNotes {
  readonly #facts = new Map<string, unknown>();
  costUsd = 0;

  /** Reads the session's own record. */
  read(draft: SessionDraft, info: Fields): void {
    draft.title = filledOf(info.title) ?? draft.title;
    draft.version = filledOf(info.version)?.slice(0, 100) ?? draft.version;
    draft.cwd = filledOf(info.directory)?.slice(0, 4096) ?? draft.cwd;
    const time = fieldsOf(info.time);
    draft.span.observe(timeOfMillis(time?.created ?? info.time_created));
    draft.span.observe(timeOfMillis(time?.updated ?? info.time_updated));
    for (const [key, name, column] of FACTS) this.#note(key, filledOf(info[name]) ?? filledOf(info[column]));
    this.#noteRevert(info.revert);
  }

  addCost(value: unknown): void {
    this.costUsd += Math.max(0, numberOf(value) ?? 0);
  }

  entries(): Array<readonly [string, unknown]> {
    const cost = Math.round(this.costUsd * 1e6) / 1e6;
    return [...this.#facts, ...(cost > 0 ? [['cost_usd', cost] as const] : [])];
  }

  /** The message that the user went back to; what lies behind it is still there. */
  #noteRevert(value: unknown): void {
    const revert = fieldsOf(value);
    this.#note('reverted_to_message', filledOf(revert?.messageID));
  }

  #note(key: string, value: string | undefined): void {
    if (value !== undefined) this.#facts.set(key, cutText(value, 1000));
  }
}
