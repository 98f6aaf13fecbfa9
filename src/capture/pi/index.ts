/**
 * Sessions of Pi (`~/.pi/agent/sessions/<folder>/<time>_<id>.jsonl`), from the list of version 1 to the tree
 * of version 3. Every row of every branch gives its steps, numbered in the order of the file, so that a
 * number never moves when the user goes back and takes another branch. `origin.parent_step` of a step is
 * the step it follows in the tree; `metadata.branches` of the record names the active branch and the
 * steps of every other one. From either, each branch can be read from its root to its tip.
 */
import type { SessionFormat } from '../session-source.ts';
import { isPiJsonl } from './detect.ts';
import { PiIdentity } from './identity.ts';
import { PiParse } from './session-parse.ts';
import { AGENT } from './session-state.ts';

export const piJsonl: SessionFormat = {
  agent: AGENT,
  name: 'pi-jsonl',
  parserVersion: 2,
  detect: (head) => isPiJsonl(head),
  identify: (path) => new PiIdentity(path),
  parse: (options) => new PiParse(options),
  lineOwners: () => () => [],
};
