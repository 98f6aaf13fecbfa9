/** Our own pass over the refs of a shelf and the trees above its traces. */
import type { OtError } from '../base/errors.ts';
import { decodeCommit } from '../git/object-codec.ts';
import type { Oid, Ref, TreeEntry } from '../git/ports.ts';
import type { TraceCopy } from './find.ts';
import { aboveTraces, codeOfError, type Finding, type FindingCode, finding } from './findings.ts';
import { isTraceId, journalOfRef } from './layout.ts';
import { type JournalTip, type Shelf, tipsOf } from './shelves.ts';

export interface JournalPass {
  readonly findings: readonly Finding[];
  readonly journals: number;
  /** Every trace folder that could be reached. */
  readonly copies: readonly TraceCopy[];
  /** Tips and the trees above traces, by object id: the place that a finding about one names. */
  readonly above: ReadonlyMap<Oid, string>;
}

export async function verifyJournals(shelf: Shelf): Promise<JournalPass> {
  const { refs, broken, failure } = await scanRefs(shelf);
  const findings = broken.map((name) => finding('ref_broken', name, 'the ref holds no object id'));
  for (const { name } of refs) {
    if (journalOfRef(name) === null) {
      findings.push(finding('ref_name', name, 'the ref is not named <lane>/<yyyy-mm>'));
    }
  }
  if (failure !== undefined) findings.push(failure);
  const tips = tipsOf(shelf, refs);
  const passes = [];
  for (const tip of tips) passes.push(await new JournalVerifier(tip).run());
  return {
    findings: [...findings, ...passes.flatMap((pass) => pass.findings)],
    journals: tips.length,
    copies: passes.flatMap((pass) => pass.copies),
    above: new Map(passes.flatMap((pass) => [...pass.above])),
  };
}

interface Scan {
  readonly refs: readonly Ref[];
  readonly broken: readonly string[];
  /** Set when the refs could not be read at all. */
  readonly failure?: Finding;
}

async function scanRefs(shelf: Shelf): Promise<Scan> {
  const { refs, prefix } = shelf;
  try {
    return (await refs.scan?.(prefix)) ?? { refs: await refs.list(prefix), broken: [] };
  } catch (error) {
    const code = codeOfError(error, 'repository');
    const failure = finding(code, repositoryName(shelf), (error as OtError).message);
    return { refs: [], broken: [], failure };
  }
}

/** The repository of a shelf, as findings show it. */
export function repositoryName({ remote }: Shelf): string {
  return remote === undefined ? 'bucket.git' : `remotes/${remote}.git`;
}

const ROOT_NAMES: ReadonlySet<string> = new Set(['traces', 'events', 'tombstones']);

class JournalVerifier {
  readonly findings: Finding[] = [];
  readonly copies: TraceCopy[] = [];
  readonly above = new Map<Oid, string>();
  readonly #tip: JournalTip;

  constructor(tip: JournalTip) {
    this.#tip = tip;
  }

  async run(): Promise<Pick<JournalPass, 'findings' | 'copies' | 'above'>> {
    const { objects } = this.#tip.shelf;
    if (!(await this.#isCommit())) return this;
    await this.#chain();
    const root = await this.#try('', () => objects.resolve(this.#tip.commit, ''));
    if (root === null) return this;
    for (const entry of await this.#entries('', root.oid)) {
      if (!ROOT_NAMES.has(entry.name)) this.#stray(entry.name);
      else if (entry.name === 'traces') await this.#groups(entry);
    }
    return this;
  }

  /** Whether the ref names a commit that is there. */
  async #isCommit(): Promise<boolean> {
    const { shelf, commit, ref } = this.#tip;
    this.above.set(commit, ref);
    const info = await this.#try('', async () => {
      const found = await shelf.objects.info(commit);
      if (found === null) this.#add('object_missing', ref, `commit ${commit} is missing`);
      return found;
    });
    if (info === null || info.type === 'commit') return info !== null;
    this.#add('ref_type', ref, `${commit} is a ${info.type}, not a commit`);
    return false;
  }

  /** A journal is a straight line of commits down to a parentless one. */
  async #chain(): Promise<void> {
    const { shelf, ref } = this.#tip;
    let oid: string | undefined = this.#tip.commit;
    while (oid !== undefined) {
      const at: string = oid;
      const commit = await orNull(async () => {
        const object = await shelf.objects.read(at);
        return object?.type === 'commit' ? decodeCommit(object.data) : null;
      });
      if (commit === null) return this.#add('journal_chain', ref, `commit ${at} cannot be read`);
      const { parents, tree } = commit;
      if (at === this.#tip.commit) this.above.set(tree, ref);
      if (parents.length > 1) {
        return this.#add('journal_chain', ref, `commit ${at} has ${parents.length} parents`);
      }
      oid = parents[0];
    }
  }

  async #groups(traces: TreeEntry): Promise<void> {
    if (traces.mode !== '40000') return this.#stray('traces');
    for (const group of await this.#entries('traces', traces.oid)) {
      const path = `traces/${group.name}`;
      if (group.mode !== '40000' || !/^[0-9a-f]{2}$/.test(group.name)) this.#stray(path);
      else for (const entry of await this.#entries(path, group.oid)) this.#folder(path, group.name, entry);
    }
  }

  #folder(path: string, group: string, { mode, name, oid }: TreeEntry): void {
    if (mode !== '40000' || !isTraceId(name) || !name.startsWith(group)) this.#stray(`${path}/${name}`);
    else this.copies.push({ traceId: name, tip: this.#tip, tree: oid });
  }

  async #entries(path: string, tree: Oid): Promise<readonly TreeEntry[]> {
    this.above.set(tree, this.#place(path));
    return (await this.#try(path, () => this.#tip.shelf.objects.readTree(tree))) ?? [];
  }

  #place(path: string): string {
    return path === '' ? this.#tip.ref : `${this.#tip.ref}:${path}`;
  }

  #stray(path: string): void {
    this.#add('journal_shape', this.#place(path), 'an entry that does not belong in a journal');
  }

  #add(code: FindingCode, path: string, message: string): void {
    this.findings.push(aboveTraces(finding(code, path, message)));
  }

  async #try<T>(path: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      const code = codeOfError(error, 'journal_shape');
      const ours = code === 'tree_shape' ? 'journal_shape' : code;
      this.#add(ours, this.#place(path), (error as OtError).message);
      return null;
    }
  }
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    codeOfError(error, 'journal_chain');
    return null;
  }
}
