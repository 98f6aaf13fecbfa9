/**
 * The table of commands: the only list of them. Every class stays in a chunk of its own until its words
 * are typed, so this file may import nothing but types.
 */
import type { CommandClass } from './base-command.ts';

export interface CommandEntry {
  /** Words after `git ot`, e.g. `['trace', 'get']`. */
  readonly path: readonly string[];
  /** One line for the overview: no capital, no full stop. */
  readonly summary: string;
  load(): Promise<CommandClass>;
}

export const COMMANDS: readonly CommandEntry[] = [];
