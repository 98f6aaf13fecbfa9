/**
 * `$OT_HOME/hooks/made`: where setup put something, and the folders it made for that. What it made goes with the last
 * file of ours below it; a folder that somebody else has put something into by then is theirs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import { makeFolders, missingFolders } from '../../../base/folders.ts';
import type { Platform } from '../../../base/platform.ts';

/** What names a repository in whose configuration something of ours stands. */
export const REPOSITORY = 'repository';

/** A file of ours, or one with something of ours in it. */
export interface Installed {
  /** An agent, `git`, or the name of a shipped file. */
  readonly what: string;
  readonly path: string;
}

const Path = z.string().check(z.refine((path) => isAbsolute(path)));
const MadeFile = z.object({
  version: z.literal(1),
  folders: z.array(Path),
  files: z.array(z.object({ what: z.string(), path: Path })),
});

export class Made {
  readonly #path: string;
  readonly #platform: Platform;
  readonly #folders: Set<string>;
  readonly #files: Map<string, Installed>;
  #changed = false;

  /** A list that cannot be read is an empty one: what it named stays where it is. */
  constructor(home: string, platform: Platform) {
    this.#path = madePath(home);
    this.#platform = platform;
    const { folders, files } = read(this.#path);
    this.#folders = new Set(folders);
    this.#files = new Map(files.map((file) => [file.path, file]));
  }

  /** Makes the folder of `path`. Noted before it is made: a process that is killed leaves no folder unknown. */
  async folderOf(path: string): Promise<void> {
    const missing = missingFolders(dirname(path));
    for (const folder of missing) this.#folders.add(folder);
    if (missing.length === 0) return;
    await this.#write();
    makeFolders(dirname(path));
  }

  note({ what, path }: Installed, present: boolean): void {
    const known = this.#files.get(path)?.what === what;
    if (known === present) return;
    this.#changed = true;
    if (present) this.#files.set(path, { what, path });
    else this.#files.delete(path);
  }

  /** Removes the folders that have served, and writes the rest; when there is none, the list goes too. */
  async settle(): Promise<void> {
    for (const { what, path } of [...this.#files.values()]) {
      const place = what === REPOSITORY ? path : dirname(path);
      if (!existsSync(place)) this.note({ what, path }, false);
    }
    for (const folder of [...this.#folders].sort().reverse()) {
      if ([...this.#files.keys()].some((path) => path.startsWith(`${folder}/`))) continue;
      await rmdir(folder).catch(() => undefined);
      this.#folders.delete(folder);
      this.#changed = true;
    }
    if (this.#changed) await this.#write();
  }

  async #write(): Promise<void> {
    this.#changed = false;
    const [folders, files] = [[...this.#folders], [...this.#files.values()]];
    if (folders.length + files.length === 0) return this.#remove();
    const draft = join(dirname(this.#path), `.made.git-ot-${this.#platform.randomHex(4)}`);
    makeFolders(dirname(this.#path), 0o700);
    try {
      await writeFile(draft, `${JSON.stringify({ version: 1, folders, files }, null, 1)}\n`, { mode: 0o600 });
      await rename(draft, this.#path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async #remove(): Promise<void> {
    await rm(this.#path, { force: true });
    const hooks = dirname(this.#path);
    for (const folder of [hooks, dirname(hooks)]) await rmdir(folder).catch(() => undefined);
  }
}

/** Where setup has put something, as far as is noted. */
export function readInstalled(home: string): readonly Installed[] {
  return read(madePath(home)).files;
}

function madePath(home: string): string {
  return join(home, 'hooks', 'made');
}

function read(path: string): z.infer<typeof MadeFile> {
  try {
    return MadeFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { version: 1, folders: [], files: [] };
  }
}
