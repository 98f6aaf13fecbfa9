/** `git blame` with fixed options: what it prints depends on no setting but those that name commits to ignore. */
import { OtError } from '../base/errors.ts';
import type { Oid } from '../git/ports.ts';
import { lacksBlob, objectMissing, type TrailRepository } from './repository.ts';

export interface BlamedLine {
  readonly line: number;
  readonly text: string;
  /** Null for a line that is in no commit yet. */
  readonly commit: Oid | null;
  readonly original_line: number;
  /** What that commit calls the file. */
  readonly original_path: string;
  readonly author: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
}

export interface GitBlameRequest {
  readonly path: string;
  readonly commit: Oid | null;
  readonly range?: { readonly from: number; readonly to: number };
}

const CONFIG = [
  'i18n.logOutputEncoding=UTF-8',
  'diff.algorithm=default',
  'diff.indentHeuristic=true',
  'blame.showRoot=true',
  'blame.blankBoundary=false',
  'blame.markUnblamableLines=false',
  'blame.markIgnoredLines=false',
  'core.quotePath=false',
];

/**
 * Throws `OT_FILE_NOT_FOUND` and `OT_LINE_NOT_FOUND` (exit 6), `OT_IGNORE_REVS_MISSING` (exit 2) where git would
 * not answer either, and `OT_OBJECT_MISSING` (exit 5).
 */
export async function blameFile(
  repository: TrailRepository,
  { path, commit, range }: GitBlameRequest,
): Promise<BlamedLine[]> {
  const args = [
    'blame',
    '--porcelain',
    '--no-progress',
    // What a driver makes of a file has other lines than the file.
    '--no-textconv',
    ...(range === undefined ? [] : ['-L', `${range.from},${range.to}`]),
    ...(commit === null ? [] : [commit]),
    '--',
    path,
  ];
  const { git, topLevel } = repository;
  const { code, stdout, stderr } = await git.run(args, { cwd: topLevel, config: CONFIG, okCodes: [0, 128] });
  if (code === 0) return parse(stdout.toString('utf8'));
  throw (await lacksBlob(repository, commit, path))
    ? objectMissing(repository)
    : failureOf(repository, stderr);
}

/** git's own words, which its `LC_ALL=C` keeps in English. */
function failureOf(repository: TrailRepository, stderr: string): OtError {
  if (/has only \d+ lines?/.test(stderr))
    return new OtError('OT_LINE_NOT_FOUND', 'not_found', 'the file has fewer lines than that');
  if (/object name list/.test(stderr)) {
    const message = 'blame.ignoreRevsFile cannot be read, so git blame fails';
    const hint = 'put the file of commits to ignore in place, or unset blame.ignoreRevsFile';
    return new OtError('OT_IGNORE_REVS_MISSING', 'usage', message, { hint });
  }
  if (/unable to read|cannot read|bad (?:object|tree)/.test(stderr)) return objectMissing(repository);
  if (repository.head === null)
    return new OtError(
      'OT_FILE_NOT_FOUND',
      'not_found',
      'the branch has no commit yet, so git blame knows no file',
      {
        hint: 'commit first, or give a commit that has the file: --rev COMMIT',
      },
    );
  return new OtError('OT_FILE_NOT_FOUND', 'not_found', 'git knows no such file at that place', {
    hint: 'give the path of a file that git tracks',
  });
}

interface CommitFacts {
  path: string;
  author: string;
  time: string;
}

function parse(text: string): BlamedLine[] {
  const facts = new Map<string, CommitFacts>();
  const found: BlamedLine[] = [];
  let place: { oid: string; original: number; line: number } | null = null;
  for (const row of text.split('\n')) {
    if (place === null) {
      const [oid = '', original, line] = row.split(' ');
      if (oid !== '') place = { oid, original: Number(original), line: Number(line) };
      if (place !== null && !facts.has(oid)) facts.set(oid, { path: '', author: '', time: '' });
    } else if (row.startsWith('\t')) {
      const { oid, original, line } = place;
      const commit = /^0+$/.test(oid) ? null : oid;
      const { path: original_path, author, time } = facts.get(oid)!;
      found.push({
        ...{ line, text: row.slice(1), commit, original_line: original, original_path, author, time },
      });
      place = null;
    } else note(facts.get(place.oid)!, row);
  }
  return found;
}

/** A commit's path and people; a path with marks in it is quoted as in C. */
function note(facts: CommitFacts, row: string): void {
  if (row.startsWith('filename ')) facts.path = unquoted(row.slice('filename '.length));
  if (row.startsWith('author ')) facts.author = row.slice('author '.length);
  if (row.startsWith('author-time '))
    facts.time = new Date(Number(row.slice('author-time '.length)) * 1000).toISOString();
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\u0007', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' },
};

/** A path as git quotes it: only control characters, quotes and backslashes are escaped. */
function unquoted(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path;
  return path
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
    );
}
