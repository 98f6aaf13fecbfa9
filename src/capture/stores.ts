/** The stores of many sessions that can be captured. */
import { opencodeDatabase } from './opencode/database.ts';
import { opencodeStorage } from './opencode/storage-tree.ts';
import type { FileStore, FolderStore, SessionStore } from './session-store.ts';

const FILE_STORES: readonly FileStore[] = [opencodeDatabase];
const FOLDER_STORES: readonly FolderStore[] = [opencodeStorage];

/** Store in a file with these first bytes, null when it is none. Throws `OT_SOURCE_*` when it cannot be read. */
export async function fileStoreOf(head: Buffer, path: string): Promise<SessionStore | null> {
  for (const store of FILE_STORES) if (await store.detect(head, path)) return store;
  return null;
}

/** Store in a folder with entries of these names, null when it is none. */
export async function folderStoreOf(path: string, names: ReadonlySet<string>): Promise<SessionStore | null> {
  for (const store of FOLDER_STORES) if (await store.detect(path, names)) return store;
  return null;
}
