/** Notes in the code repository against the owners of lines: what lacks, and what says too much. */
import type { Oid } from '../git/ports.ts';
import { listNotes } from './notes.ts';
import { limitationsOf } from './repository.ts';
import { TrailStore } from './store.ts';
import type { Trail, TrailOptions } from './trail.ts';
import { type TrailFinding, trailFinding } from './verify-findings.ts';

export interface NotesWanted {
  /** Null for all. */
  readonly commits: ReadonlySet<Oid> | null;
  readonly isPending: (path: string) => boolean;
}

export interface NotesReport {
  readonly findings: readonly TrailFinding[];
  /** Commits with lines of agents that were looked at, and commits with notes. */
  readonly commits: number;
  readonly notes: number;
  /** Commits that the next sync gives a note. */
  readonly pending: number;
  /** Lines of notes that name traces which the bucket does not have. */
  readonly unknown: number;
  /** Lines that name a trace without a line in the commit: git carries notes over when it makes a commit anew. */
  readonly carried: number;
  /** Notes of commits that the repository has not (any more). */
  readonly dangling: number;
}

const OURS = /^opentraces:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?: |$)/;

export async function verifyNotes(
  options: TrailOptions,
  trail: Trail,
  { commits: wanted, isPending }: NotesWanted,
): Promise<NotesReport> {
  const { database, repository } = options;
  const store = new TrailStore(database, repository);
  const isWanted = (oid: Oid): boolean =>
    (wanted === null || wanted.has(oid)) && !trail.pathsIn(oid).some(isPending);
  const reachable = await trail.reachable();
  const withLines = [...store.commitsWithLines()].filter((oid) => isWanted(oid) && reachable.has(oid));
  const notes = [...(await listNotes(repository.git, repository.gitDir))].filter(([oid]) => isWanted(oid));
  const open = new Set(store.unnoted());
  const judge = new NoteJudge(options, trail, store);
  const named = new Map<Oid, ReadonlySet<string>>();
  for (const [oid, blob] of notes) named.set(oid, await judge.judge(oid, blob));
  for (const oid of withLines) if (!open.has(oid)) judge.lacking(oid, named.get(oid) ?? new Set());
  return {
    findings: judge.findings,
    commits: withLines.length,
    notes: notes.length,
    pending: withLines.filter((oid) => open.has(oid)).length,
    unknown: judge.unknown,
    carried: judge.carried,
    dangling: judge.dangling,
  };
}

class NoteJudge {
  readonly findings: TrailFinding[] = [];
  unknown = 0;
  carried = 0;
  dangling = 0;
  readonly #options: TrailOptions;
  readonly #trail: Trail;
  readonly #store: TrailStore;
  readonly #firsts = new Map<string, number>();

  constructor(options: TrailOptions, trail: Trail, store: TrailStore) {
    this.#options = options;
    this.#trail = trail;
    this.#store = store;
    for (const { trace_id, time } of trail.patchesSince(0))
      if (!this.#firsts.has(trace_id)) this.#firsts.set(trace_id, time);
  }

  /** Traces that a note names. */
  async judge(oid: Oid, blob: Oid): Promise<Set<string>> {
    const { objects } = this.#options.repository;
    const named = new Set<string>();
    if ((await objects.info(oid)) === null) {
      this.dangling += 1;
      return named;
    }
    const text = (await objects.read(blob))?.data.toString('utf8') ?? '';
    const owners = this.#owners(oid);
    for (const line of text.split('\n')) {
      const trace = OURS.exec(line)?.[1];
      if (trace !== undefined) {
        named.add(trace);
        if (!owners.has(trace)) this.#stray(oid, trace);
      } else if (line.startsWith('opentraces:'))
        this.findings.push(trailFinding('note_malformed', oid, 'a line of the note names no trace'));
    }
    return named;
  }

  #owners(oid: Oid): Set<string> {
    return new Set(this.#store.changesOf(oid).flatMap(({ ranges }) => ranges.map(({ traceId }) => traceId)));
  }

  #stray(oid: Oid, trace: string): void {
    const commit = this.#trail.commit(oid);
    const first = this.#firsts.get(trace);
    // Where history is cut off, an edit of this repository may have no commit here.
    const isCut = limitationsOf(this.#options.repository).length > 0;
    if (isCut || !this.#isKnown(trace)) this.unknown += 1;
    else if (first === undefined)
      this.findings.push(
        trailFinding('note_forged', oid, `names trace ${trace}, which edited no file of this repository`),
      );
    else if (commit === null || first > commit.committed * 1000 + 999)
      this.findings.push(
        trailFinding(
          'note_forged',
          oid,
          `names trace ${trace}, whose first patch is younger than the commit`,
        ),
      );
    else this.carried += 1;
  }

  #isKnown(trace: string): boolean {
    const { database } = this.#options;
    return database.all('SELECT 1 FROM traces WHERE trace_id = ?', trace).length > 0;
  }

  lacking(oid: Oid, named: ReadonlySet<string>): void {
    for (const trace of this.#owners(oid)) {
      if (!named.has(trace))
        this.findings.push(trailFinding('note_missing', oid, `lines of it are of trace ${trace}`));
    }
  }
}
