/** The git engine for commands that only read: none of the code that writes is loaded with it. */
import { OtError } from '../../base/errors.ts';
import type { ObjectBatch, ObjectStore, Repository } from '../ports.ts';
import { readAlgorithm } from '../repository-format.ts';
import type { GitProgram } from '../spawn.ts';
import { ProgramObjectReader } from './reader.ts';
import { ProgramRefStore } from './refs.ts';

class ReadOnlyObjectStore extends ProgramObjectReader implements ObjectStore {
  batch(): ObjectBatch {
    throw new OtError('OT_ENGINE_READS_ONLY', 'usage', 'this repository was opened for reading');
  }
}

/**
 * Like `openRepository`, but `batch` throws `OT_ENGINE_READS_ONLY`. The child that reads objects starts at
 * once: who opens a repository only to read will ask it, and it gets ready while refs are looked up.
 */
export async function openReadOnly(git: GitProgram, gitDir: string): Promise<Repository> {
  const algorithm = readAlgorithm(gitDir);
  const objects = new ReadOnlyObjectStore(git, gitDir, algorithm);
  objects.begin();
  return {
    gitDir,
    algorithm,
    objects,
    refs: new ProgramRefStore(git, gitDir, algorithm),
  };
}
