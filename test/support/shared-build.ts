/** A folder for what one run of the tests builds once, for all its workers; removed when the run ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Workers inherit it. */
export const SHARED_BUILD = 'GIT_OT_TEST_BUILD';

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'git-ot-build-'));
  process.env[SHARED_BUILD] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
