/**
 * Sessions of OpenCode in its three forms. What `opencode export` writes is a document. The storage tree of
 * older versions and the database of newer ones hold many sessions: of each we make a source of lines, one
 * for a file or a row, in the order session, then each message followed by its parts (`storage-tree.ts`,
 * `database.ts`). Every message is one step.
 */
import type { SessionFormat } from '../session-source.ts';
import { firstLineIs, isExport, isRow, isStoredFile } from './detect.ts';
import { ExportIdentity, RowsIdentity } from './identity.ts';
import { ExportRevision, RowsRevision } from './revision.ts';
import { ExportParse, RowsParse } from './session-parse.ts';
import { AGENT } from './session-state.ts';

export const opencodeExport: SessionFormat = {
  agent: AGENT,
  name: 'opencode-export',
  parserVersion: 3,
  detect: (head) => isExport(head),
  identify: (path) => new ExportIdentity(path),
  parse: (options) => new ExportParse(options),
  revision: () => new ExportRevision(),
  lineOwners: () => () => [],
};

/** Files of the storage tree. */
export const opencodeFiles: SessionFormat = {
  agent: AGENT,
  name: 'opencode-files',
  parserVersion: 3,
  detect: (head) => firstLineIs(head, isStoredFile),
  identify: (path) => new RowsIdentity(path),
  parse: (options) => new RowsParse(options),
  revision: () => new RowsRevision(),
  lineOwners: () => () => [],
};

/** Rows of the database. */
export const opencodeRows: SessionFormat = {
  agent: AGENT,
  name: 'opencode-rows',
  parserVersion: 3,
  detect: (head) => firstLineIs(head, isRow),
  identify: (path) => new RowsIdentity(path),
  parse: (options) => new RowsParse(options),
  revision: () => new RowsRevision(),
  lineOwners: () => () => [],
};
