/** `RefStore` of the git engine: reads from ref files, moves by one `update-ref --stdin` transaction. */
import { OtError } from '../../base/errors.ts';
import { gitFailed, reasonOf } from '../failure.ts';
import { assertOid } from '../object-codec.ts';
import type { HashAlgorithm, Oid, Ref, RefEdit, RefStore } from '../ports.ts';
import { assertRefName, assertRefPrefix } from '../ref-name.ts';
import type { GitProgram } from '../spawn.ts';
import { brokenRef, type RefScan, readRefFile, scanRefFiles } from './ref-files.ts';

export class ProgramRefStore implements RefStore {
  readonly #git: GitProgram;
  readonly #gitDir: string;
  readonly #algorithm: HashAlgorithm;

  constructor(git: GitProgram, gitDir: string, algorithm: HashAlgorithm) {
    this.#git = git;
    this.#gitDir = gitDir;
    this.#algorithm = algorithm;
  }

  async read(name: string): Promise<Oid | null> {
    assertRefName(name);
    return readRefFile({ gitDir: this.#gitDir, algorithm: this.#algorithm }, name);
  }

  /** Throws `OT_REF_CORRUPT` when a ref below `prefix` holds no object id: a lane must not vanish in silence. */
  async list(prefix: string): Promise<readonly Ref[]> {
    const { refs, broken } = await this.scan(prefix);
    if (broken[0] !== undefined) throw brokenRef(broken[0]);
    return refs;
  }

  /** Like `list`, with the broken refs told apart: for verify. */
  async scan(prefix: string): Promise<RefScan> {
    assertRefPrefix(prefix);
    return scanRefFiles({ gitDir: this.#gitDir, algorithm: this.#algorithm }, prefix);
  }

  async transaction(edits: readonly RefEdit[]): Promise<void> {
    const lines = edits.map((edit) => this.#line(edit));
    if (lines.length === 0) return;
    const input = ['start', ...lines, 'prepare', 'commit', ''].join('\n');
    const result = await this.#git.run(['update-ref', '--no-deref', '--stdin'], {
      gitDir: this.#gitDir,
      input,
      config: NO_HOOKS,
      okCodes: [0, 1, 128],
    });
    if (result.code !== 0) throw await this.#failure(edits, result.stderr, result.code);
  }

  #line(edit: RefEdit): string {
    assertRefName(edit.name);
    for (const oid of [edit.next, edit.expected]) if (oid !== null) assertOid(oid, this.#algorithm);
    if (edit.next === null) return this.#deletion(edit);
    return edit.expected === null
      ? `create ${edit.name} ${edit.next}`
      : `update ${edit.name} ${edit.next} ${edit.expected}`;
  }

  #deletion(edit: RefEdit): string {
    if (edit.expected !== null) return `delete ${edit.name} ${edit.expected}`;
    throw new OtError(
      'OT_REF_EDIT',
      'usage',
      `an edit of ${edit.name} deletes a ref it expects to be absent`,
    );
  }

  /** A conflict is recognised by what the refs hold now; a held lock is one too, since its owner is moving the ref. */
  async #failure(edits: readonly RefEdit[], stderr: string, code: number): Promise<OtError> {
    for (const edit of edits) {
      const now = await this.read(edit.name);
      if (now !== edit.expected) return conflict(`ref ${edit.name} has moved`, 'Run the same command again.');
    }
    if (/Unable to create .*\.lock': File exists/s.test(stderr)) {
      return conflict(
        `a ref is locked: ${reasonOf(stderr)}`,
        'Another git process is at work; if none is, remove that lock file.',
      );
    }
    return gitFailed('update-ref', stderr, `exit ${code}`);
  }
}

/** Hooks of the user's own configuration are about code, and would run at every capture. */
const NO_HOOKS = ['core.hooksPath=/dev/null'];

function conflict(message: string, hint: string): OtError {
  return new OtError('OT_REF_CONFLICT', 'conflict', message, { hint, retryable: true });
}
