/**
 * `trail verify`: owners, patches and notes as they are kept, against a replay from the beginning of what the bucket
 * and the repository hold now. Changes nothing; damage is told, not thrown.
 */
import type { Oid } from '../git/ports.ts';
import type { FileGroup } from './file-events.ts';
import { UnpackedOwners } from './packed-owners.ts';
import { rowsOf, type StoredRange, TrailStore, unpackRanges } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';
import { idOfRange, type TrailFinding, trailFinding } from './verify-findings.ts';
import { verifyNotes } from './verify-notes.ts';

export interface VerifyOptions extends TrailOptions {
  /** Only files that these commits changed, and their notes; null for everything. */
  readonly commits: ReadonlySet<Oid> | null;
  readonly onFile?: (done: number, total: number) => void;
}

export interface TrailReport {
  readonly findings: readonly TrailFinding[];
  readonly checked: { readonly files: number; readonly commits: number; readonly notes: number };
  /** What the next sync will look at, so that there is nothing to compare yet: files, and commits without notes. */
  readonly pending: { readonly files: number; readonly notes: number };
  /** Files whose history is not all here any more. */
  readonly files_skipped: number;
  /** Commits with lines that the repository has not any more, as git prunes those of before a rewrite. */
  readonly commits_gone: number;
  /** Lines of notes that name traces of other machines. */
  readonly unknown_traces: number;
  /** Lines of notes that name traces without a line in the commit, as git carries them over. */
  readonly notes_carried: number;
  /** Notes of commits that are not here. */
  readonly notes_dangling: number;
}

export async function verifyTrail({ commits, onFile, ...options }: VerifyOptions): Promise<TrailReport> {
  const trail = await Trail.open(options);
  const verifier = new FileVerifier(options, trail);
  const paths = commits === null ? trail.paths : [...commits].flatMap((oid) => trail.pathsIn(oid));
  await verifier.run(paths, onFile);
  const wanted = commits ?? null;
  const notes = await verifyNotes(options, trail, { commits: wanted, isPending: verifier.isPending });
  const { findings, files, pending, skipped } = verifier;
  return {
    findings: [...findings, ...notes.findings].sort(byPlace),
    checked: { files, commits: notes.commits, notes: notes.notes },
    pending: { files: pending, notes: notes.pending },
    files_skipped: skipped,
    commits_gone: verifier.gone(wanted),
    unknown_traces: notes.unknown,
    notes_carried: notes.carried,
    notes_dangling: notes.dangling,
  };
}

function byPlace(left: TrailFinding, right: TrailFinding): number {
  const [a, b] = [`${left.path}\0${left.code}`, `${right.path}\0${right.code}`];
  return a < b ? -1 : a > b ? 1 : 0;
}

class FileVerifier {
  readonly findings: TrailFinding[] = [];
  files = 0;
  pending = 0;
  skipped = 0;
  readonly #gone = new Map<Oid, boolean>();
  readonly #open = new Set<string>();
  readonly #options: TrailOptions;
  readonly #trail: Trail;
  readonly #store: TrailStore;

  constructor(options: TrailOptions, trail: Trail) {
    this.#options = options;
    this.#trail = trail;
    this.#store = new TrailStore(options.database, options.repository);
  }

  /** Whether a path waits for the next sync. */
  readonly isPending = (path: string): boolean => this.#open.has(path);

  async run(paths: readonly string[], onFile: VerifyOptions['onFile']): Promise<void> {
    const seen = new Set<string>();
    for (const [at, path] of paths.entries()) {
      if (seen.has(path)) continue;
      const [group] = this.#trail.groupsOf([path]);
      for (const each of group?.paths ?? [path]) seen.add(each);
      if (group !== undefined) await this.#look(group);
      onFile?.(at + 1, paths.length);
    }
  }

  async #look(group: FileGroup): Promise<void> {
    if (this.#trail.dirty.hasAny(group.paths)) {
      this.pending += 1;
      for (const path of group.paths) this.#open.add(path);
      return;
    }
    const isGone = await Promise.all(group.commits.map(({ commit }) => this.#isGone(commit.oid)));
    if (isGone.includes(true)) {
      this.skipped += 1;
      return;
    }
    this.files += 1;
    await this.#compare(group);
  }

  async #isGone(oid: Oid): Promise<boolean> {
    const known = this.#gone.get(oid);
    if (known !== undefined) return known;
    const isGone = (await this.#options.repository.objects.info(oid)) === null;
    this.#gone.set(oid, isGone);
    return isGone;
  }

  /** Commits that owners are kept of and that the repository has no more. */
  gone(wanted: ReadonlySet<Oid> | null): number {
    const withLines = this.#store.commitsWithLines();
    return [...this.#gone].filter(
      ([oid, isGone]) => isGone && withLines.has(oid) && (wanted === null || wanted.has(oid)),
    ).length;
  }

  async #compare(group: FileGroup): Promise<void> {
    const replayed = await this.#trail.replay(group);
    const rows = rowsOf(replayed);
    const kept = this.#keptOf(group);
    const found = new Map<string, readonly StoredRange[]>();
    for (const pack of rows.files) {
      for (const [oid, ranges] of new UnpackedOwners([pack]).all())
        found.set(`file ${pack.path}\0${oid}`, ranges);
    }
    for (const { path, commit, ranges } of rows.changes)
      found.set(`commit ${path}\0${commit}`, unpackRanges(ranges));
    for (const key of new Set([...kept.keys(), ...found.keys()])) {
      const lines = differing(kept.get(key) ?? [], found.get(key) ?? []);
      if (lines > 0) this.findings.push(ownersDiffer(key, lines));
    }
    this.#lookAtPatches(group, [...kept.values()].flat(), new Set(replayed.edits.map(idOfEdit)));
  }

  #keptOf({ paths }: FileGroup): Map<string, readonly StoredRange[]> {
    const kept = new Map<string, readonly StoredRange[]>();
    for (const path of paths) {
      for (const [oid, ranges] of this.#store.filesAt(path)) kept.set(`file ${path}\0${oid}`, ranges);
      for (const { commit, ranges } of this.#store.changesAt(path))
        kept.set(`commit ${path}\0${commit}`, ranges);
    }
    return kept;
  }

  /** Patches that own lines: each has a step and a text. */
  #lookAtPatches(group: FileGroup, ranges: readonly StoredRange[], readable: ReadonlySet<string>): void {
    const known = new Set(group.patches.map(idOfEdit));
    for (const id of new Set(ranges.map(idOfRange))) {
      if (readable.has(id)) continue;
      this.findings.push(
        known.has(id)
          ? trailFinding(
              'patch_text_gone',
              id,
              `lines of ${group.paths[0]} are its, and its text is not here`,
            )
          : trailFinding('patch_gone', id, `lines of ${group.paths[0]} are its, and no step made it`),
      );
    }
  }
}

function idOfEdit({ session, step, ordinal }: FileGroup['patches'][number]): string {
  return idOfRange({ traceId: session.trace_id, step, ordinal });
}

function ownersDiffer(key: string, lines: number): TrailFinding {
  const [place = '', id = ''] = key.split('\0');
  const [kind, path] = [place.slice(0, place.indexOf(' ')), place.slice(place.indexOf(' ') + 1)];
  const what = kind === 'file' ? `blob ${id.slice(0, 12)}` : `commit ${id.slice(0, 12)}`;
  const count = lines === 1 ? '1 line has' : `${lines} lines have`;
  return trailFinding('owners_differ', path, `${what}: ${count} other owners than a replay finds`);
}

/** Lines whose owner or tier is another. */
function differing(left: readonly StoredRange[], right: readonly StoredRange[]): number {
  const [a, b] = [byLine(left), byLine(right)];
  let lines = 0;
  for (const line of new Set([...a.keys(), ...b.keys()])) if (a.get(line) !== b.get(line)) lines += 1;
  return lines;
}

function byLine(ranges: readonly StoredRange[]): Map<number, string> {
  const lines = new Map<number, string>();
  for (const range of ranges) {
    const owner = `${idOfRange(range)} ${range.tier}`;
    for (let line = range.start; line <= range.end; line += 1) lines.set(line, owner);
  }
  return lines;
}
