/** `History` of the git engine. */
import { assertOid } from '../object-codec.ts';
import type { HashAlgorithm, History } from '../ports.ts';
import type { GitProgram } from '../spawn.ts';

export function programHistory(git: GitProgram, gitDir: string, algorithm: HashAlgorithm): History {
  return {
    /** True for equal ids too. Throws `OT_GIT_FAILED` when either commit is not there. */
    async isAncestor(ancestor, descendant) {
      for (const oid of [ancestor, descendant]) assertOid(oid, algorithm);
      const args = ['merge-base', '--is-ancestor', ancestor, descendant];
      return (await git.run(args, { gitDir, okCodes: [0, 1] })).code === 0;
    },
  };
}
