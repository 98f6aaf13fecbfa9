import type { CommandClass } from './base-command.ts';

/** One line of the table of commands. */
export interface CommandEntry {
  /** Words after `git ot`, e.g. `['trace', 'get']`. */
  readonly path: readonly string[];
  /** One line for the overview: no capital, no full stop. */
  readonly summary: string;
  load(): Promise<CommandClass>;
}
