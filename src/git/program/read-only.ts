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

/** Like `openRepository`, but `batch` throws `OT_ENGINE_READS_ONLY`. */
export async function openReadOnly(git: GitProgram, gitDir: string): Promise<Repository> {
  const algorithm = await readAlgorithm(gitDir);
  return {
    gitDir,
    algorithm,
    objects: new ReadOnlyObjectStore(git, gitDir, algorithm),
    refs: new ProgramRefStore(git, gitDir, algorithm),
  };
}
