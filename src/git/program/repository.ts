/** The git engine as a `Repository`: creating one, opening one. */
import { appendFile, chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError } from '../../base/errors.ts';
import { makeFolders } from '../../base/folders.ts';
import { replaceConfig } from '../config.ts';
import { writeFailure } from '../failure.ts';
import type { HashAlgorithm, ObjectBatch, ObjectStore, RefStore, Repository } from '../ports.ts';
import { isRepository, readAlgorithm } from '../repository-format.ts';
import type { GitProgram } from '../spawn.ts';
import { ProgramObjectBatch } from './batch.ts';
import { maintain } from './maintenance.ts';
import { ProgramObjectReader } from './reader.ts';
import { ProgramRefStore } from './refs.ts';

/** A repository opened through the git program. */
export interface ProgramRepository extends Repository {
  readonly git: GitProgram;
  readonly refs: ProgramRefStore & RefStore;
}

class ProgramObjectStore extends ProgramObjectReader implements ObjectStore {
  readonly #gitDir: string;

  constructor(git: GitProgram, gitDir: string, algorithm: HashAlgorithm) {
    super(git, gitDir, algorithm);
    this.#gitDir = gitDir;
  }

  batch(): ObjectBatch {
    return new ProgramObjectBatch(this.#gitDir, this.algorithm);
  }
}

/**
 * Opens a bare repository, or a `.git` folder, from its files alone: no process starts before the first read.
 * `gitDir` is absolute. Throws `OT_NOT_A_REPOSITORY`, or `OT_REPOSITORY_FORMAT` for a ref format that is not `files`.
 */
export async function openRepository(git: GitProgram, gitDir: string): Promise<ProgramRepository> {
  const algorithm = readAlgorithm(gitDir);
  return {
    git,
    gitDir,
    algorithm,
    objects: new ProgramObjectStore(git, gitDir, algorithm),
    refs: new ProgramRefStore(git, gitDir, algorithm),
    maintain: () => maintain(git, gitDir),
    configure: (name, values) => replaceConfig(git, gitDir, name, values),
  };
}

export interface InitOptions {
  readonly algorithm: HashAlgorithm;
  /** Settings written into the new repository's `config`, `section.key` or `section.sub.key` to value. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Own maintenance and no reflogs (DESIGN §8); loose objects and refs are synced like packs are. */
const BASE_CONFIG: Readonly<Record<string, string>> = {
  'core.logAllRefUpdates': 'false',
  'core.fsync': 'objects,derived-metadata,reference',
  'gc.auto': '0',
  'maintenance.auto': 'false',
};

/**
 * Creates a bare repository at `dir` for its owner only, and the folders above it that are missing; whole or
 * not at all: it is made beside and renamed into place. When another process was faster, its repository stays. Throws `OT_READ_ONLY`, `OT_DISK_FULL`, `OT_GIT_FAILED`.
 */
export async function initBare(git: GitProgram, dir: string, options: InitOptions): Promise<void> {
  const draft = `${dir}.new-${process.pid}`;
  try {
    makeFolders(dirname(dir), 0o700);
    await rm(draft, { recursive: true, force: true });
    await createDraft(git, draft, options);
    await rename(draft, dir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST') && isRepository(dir)) return;
    throw writeFailure(error);
  }
}

async function createDraft(git: GitProgram, draft: string, options: InitOptions): Promise<void> {
  await mkdir(draft, { mode: 0o700 });
  const format = `--object-format=${options.algorithm}`;
  await git.run(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', format, draft], {
    // A link to a branch that has no commit looks as if HEAD were missing.
    config: ['core.preferSymlinkRefs=false'],
  });
  // Once more: git follows core.sharedRepository of the user.
  await chmod(draft, 0o700);
  const settings = Object.entries({ ...BASE_CONFIG, ...options.config });
  await appendFile(join(draft, 'config'), settings.map(([name, value]) => configLines(name, value)).join(''));
}

/** One setting in git's config syntax. */
function configLines(name: string, value: string): string {
  const first = name.indexOf('.');
  const last = name.lastIndexOf('.');
  const section = name.slice(0, first);
  const sub = first === last ? '' : ` "${escaped(name.slice(first + 1, last))}"`;
  return `[${section}${sub}]\n\t${name.slice(last + 1)} = "${escaped(value).replaceAll('\n', '\\n')}"\n`;
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
