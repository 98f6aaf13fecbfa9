/** The history of a code repository as attribution needs it: commits, and the blobs each of them changed. */
import type { Oid } from '../git/ports.ts';
import type { GitProgram } from '../git/spawn.ts';

/** One changed file of a commit against one parent. */
export interface FileChange {
  /** Null for a file that is new, or gone. */
  readonly oldPath: string | null;
  readonly oldOid: Oid | null;
  readonly newPath: string | null;
  readonly newOid: Oid | null;
}

export interface HistoryCommit {
  readonly oid: Oid;
  readonly parents: readonly Oid[];
  /** Seconds since 1970. */
  readonly authored: number;
  readonly committed: number;
  readonly author: string;
  readonly subject: string;
}

/** Refs that hold evidence or work in progress, not history. */
const NO_HISTORY = ['refs/notes/*', 'refs/opentraces/*', 'refs/stash'];

const FORMAT = '--format=%H%x00%P%x00%at%x00%ct%x00%ae%x00%s';
const PLAIN = ['log.showSignature=false', 'log.mailmap=false', 'i18n.logOutputEncoding=UTF-8'];

export interface CommitRange {
  /** Seconds since 1970. */
  readonly since: number;
  /** Commits that are known with all that they descend from. */
  readonly known: readonly Oid[];
}

/**
 * Commits of all branches, tags and reflogs made at `since` or later, but for those that are known: parents
 * before children and else the older first.
 */
export async function readCommits(
  git: GitProgram,
  gitDir: string,
  { since, known }: CommitRange,
): Promise<HistoryCommit[]> {
  const text = await git.text(
    [
      'log',
      ...NO_HISTORY.map((pattern) => `--exclude=${pattern}`),
      '--all',
      '--reflog',
      '--ignore-missing',
      '--stdin',
      '--date-order',
      '--reverse',
      '--no-show-signature',
      '--no-notes',
      '--no-color',
      `--since=@${since}`,
      FORMAT,
      '-z',
    ],
    {
      gitDir,
      input: known.map((oid) => `^${oid}\n`).join(''),
      config: PLAIN,
    },
  );
  return commitsIn(text.split('\0'));
}

/** One commit that is there. */
export async function readCommit(git: GitProgram, gitDir: string, oid: Oid): Promise<HistoryCommit> {
  const args = ['log', '-1', '--no-show-signature', '--no-notes', '--no-color', FORMAT, '-z', oid, '--'];
  return commitsIn((await git.text(args, { gitDir, config: PLAIN })).split('\0'))[0]!;
}

/** `<object id> <ref name>` of every branch, tag and remote branch, sorted. */
export async function readTips(git: GitProgram, gitDir: string): Promise<string[]> {
  const refs = await git.text(['for-each-ref', '--format=%(objectname) %(refname)'], { gitDir });
  return refs
    .split('\n')
    .filter((row) => row !== '' && !/^\w+ refs\/(?:notes\/|opentraces\/|stash$)/.test(row));
}

const FIELDS = 6;

function commitsIn(fields: readonly string[]): HistoryCommit[] {
  const commits: HistoryCommit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [oid, parents, authored, committed, author, subject] = fields.slice(at, at + FIELDS);
    commits.push({
      oid: oid!,
      parents: parents === '' ? [] : parents!.split(' '),
      authored: Number(authored),
      committed: Number(committed),
      author: author!,
      subject: subject!,
    });
  }
  return commits;
}

/** Changed regular files of each commit against each of its parents, in their order; renames are linked. */
export async function readChanges(
  git: GitProgram,
  gitDir: string,
  commits: readonly HistoryCommit[],
): Promise<Map<Oid, FileChange[][]>> {
  const input = commits.flatMap(({ oid, parents }) =>
    parents.length === 0 ? [oid] : parents.map((parent) => `${oid} ${parent}`),
  );
  const found = new Map<Oid, FileChange[][]>();
  if (input.length === 0) return found;
  const args = [
    'diff-tree',
    '--stdin',
    '--always',
    '--root',
    '-r',
    '-z',
    '--raw',
    '--no-abbrev',
    '-M',
    '-l2000',
  ];
  const { stdout } = await git.run(args, {
    gitDir,
    input: `${input.join('\n')}\n`,
    config: ['diff.renames=true', 'core.quotePath=false'],
  });
  parseChanges(stdout, found);
  return found;
}

function parseChanges(stdout: Buffer, into: Map<Oid, FileChange[][]>): void {
  const fields = stdout.toString('utf8').split('\0');
  let changes: FileChange[] = [];
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at]!.replace(/^\n/, '');
    if (field.startsWith(':')) {
      const renamed = /[RC]\d*$/.test(field);
      const change = changeOf(field, fields[at + 1]!, renamed ? fields[at + 2]! : fields[at + 1]!);
      at += renamed ? 2 : 1;
      if (change !== null) changes.push(change);
    } else if (field !== '') {
      changes = [];
      into.set(field, [...(into.get(field) ?? []), changes]);
    }
  }
}

/** `:<old mode> <new mode> <old oid> <new oid> <status>`; null when no regular file is on either side. */
function changeOf(header: string, from: string, to: string): FileChange | null {
  const [oldMode = '', newMode = '', oldOid = '', newOid = '', status = ''] = header.slice(1).split(' ');
  const old =
    oldMode.startsWith('100') && !status.startsWith('C')
      ? { oldPath: from, oldOid }
      : { oldPath: null, oldOid: null };
  const now = newMode.startsWith('100') ? { newPath: to, newOid } : { newPath: null, newOid: null };
  if (old.oldOid === null && now.newOid === null) return null;
  return old.oldOid === now.newOid && from === to ? null : { ...old, ...now };
}
