/** Which project a session belongs to (DESIGN §1): the smallest root commit of its repository. */
import { basename } from 'node:path';
import { projectIdOfPath, projectIdOfRoot } from '../base/ids.ts';
import type { ObservedDependencies, ObservedProject } from '../record/source.ts';
import { readDependencies } from './enrich/dependencies.ts';

/** What a code repository tells of itself; null when the folder is in none. */
export interface CodeRepositoryFacts {
  readonly topLevel: string;
  /** Smallest root commit; null for a repository without commits and for a shallow clone. */
  readonly rootCommit: string | null;
  readonly head: string | null;
  /** URL of `origin` without credentials. */
  readonly remote: string | null;
}

/** Looks at a folder of this machine; answers null for a folder that is not there. */
export type DescribeRepository = (folder: string) => Promise<CodeRepositoryFacts | null>;

/** Remembers what it saw: a directory of sessions names the same few folders over and over. */
export class ProjectResolver {
  readonly #describe: DescribeRepository;
  readonly #seen = new Map<string, Promise<ObservedProject>>();
  readonly #facts = new Map<string, Promise<CodeRepositoryFacts | null>>();
  readonly #dependencies = new Map<string, Promise<ObservedDependencies | null>>();

  constructor(describe: DescribeRepository) {
    this.#describe = describe;
  }

  /** Project of a session that ran in `cwd`; a session without a folder belongs to `p-` of ''. */
  resolve(cwd: string | null): Promise<ObservedProject> {
    const key = cwd ?? '';
    let project = this.#seen.get(key);
    if (project === undefined) {
      project = this.#look(cwd);
      this.#seen.set(key, project);
    }
    return project;
  }

  /** What lock files of the folder and of its repository pin; null where no repository is here. */
  dependencies(cwd: string | null): Promise<ObservedDependencies | null> {
    const key = cwd ?? '';
    let found = this.#dependencies.get(key);
    if (found === undefined) {
      found = this.#lookForLocks(cwd);
      this.#dependencies.set(key, found);
    }
    return found;
  }

  async #lookForLocks(cwd: string | null): Promise<ObservedDependencies | null> {
    const facts = cwd === null ? null : await this.#factsOf(cwd);
    return cwd === null || facts === null ? null : readDependencies([cwd, facts.topLevel]);
  }

  #factsOf(cwd: string): Promise<CodeRepositoryFacts | null> {
    let facts = this.#facts.get(cwd);
    if (facts === undefined) {
      facts = this.#describe(cwd);
      this.#facts.set(cwd, facts);
    }
    return facts;
  }

  async #look(cwd: string | null): Promise<ObservedProject> {
    const facts = cwd === null ? null : await this.#factsOf(cwd);
    const folder = facts?.topLevel ?? cwd ?? '';
    const byPath = projectIdOfPath(cwd ?? '');
    const id = facts?.rootCommit == null ? byPath : projectIdOfRoot(facts.rootCommit);
    return {
      id,
      name: folderName(folder),
      cwd,
      head: facts?.head ?? null,
      remote: facts?.remote ?? null,
    };
  }
}

/** Last component of a path of any system. */
function folderName(path: string): string {
  return basename(path.replaceAll('\\', '/')) || path || 'unknown';
}

/**
 * The project a trace keeps: what was seen first stays, because nothing moves; an id that became known
 * later is added as an alias.
 */
export function mergeProject(first: ObservedProject, now: ObservedProject): ObservedProject {
  const known = [first.id, ...(first.aliases ?? [])];
  const learned = first.id.startsWith('p-') && now.id.startsWith('g-') && first.cwd === now.cwd;
  if (!learned || known.includes(now.id)) return first;
  return { ...first, aliases: [...(first.aliases ?? []), now.id].sort() };
}
