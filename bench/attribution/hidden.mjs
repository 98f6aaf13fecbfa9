// A copy of a repository whose commit messages do not name checkpoints: same trees, same dates, other ids.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitBytes, gitText } from './git.mjs';

const TRAILER = /^Entire-[A-Za-z-]+:.*\n?/gm;

/**
 * Makes the copy in an empty folder and checks out what HEAD of the original names.
 * @returns {{idOf: Map<string, string>, hidden: number}} new commit ids by the old ones, and messages that were changed
 */
export function copyWithoutTrailers(repository, folder) {
  mkdirSync(folder, { recursive: true });
  gitText(folder, ['init', '-q', '-b', 'main']);
  const objects = gitText(repository, [
    'rev-parse',
    '--path-format=absolute',
    '--git-path',
    'objects',
  ]).trim();
  writeFileSync(join(folder, '.git', 'objects', 'info', 'alternates'), `${objects}\n`);
  const refs = gitText(repository, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/tags'])
    .split('\n')
    .filter((ref) => ref !== '' && !ref.startsWith('refs/heads/entire/'));
  const stream = gitBytes(repository, [
    ...[
      'fast-export',
      '--no-data',
      '--show-original-ids',
      '--signed-tags=strip',
      '--tag-of-filtered-object=drop',
    ],
    ...['--reencode=no', ...refs],
  ]);
  const { output, oldByMark, hidden } = withoutTrailers(stream);
  const marks = join(folder, '.git', 'marks');
  gitBytes(folder, ['fast-import', '--quiet', '--force', `--export-marks=${marks}`], output);
  const idOf = new Map();
  for (const row of readFileSync(marks, 'utf8').split('\n')) {
    const [mark, id] = row.split(' ');
    if (oldByMark.has(mark)) idOf.set(oldByMark.get(mark), id);
  }
  const head = idOf.get(gitText(repository, ['rev-parse', 'HEAD']).trim());
  gitText(folder, ['checkout', '-q', '-f', '-B', 'main', head ?? 'main']);
  return { idOf, hidden };
}

/** The stream with other messages of commits. */
function withoutTrailers(stream) {
  const parts = [];
  const oldByMark = new Map();
  let [offset, mark, hidden, inCommit] = [0, '', 0, false];
  while (offset < stream.length) {
    const end = stream.indexOf(10, offset) + 1 || stream.length;
    const line = stream.toString('latin1', offset, end - 1);
    const size = /^data (\d+)$/.exec(line)?.[1];
    if (line.startsWith('commit ')) inCommit = true;
    if (line.startsWith('mark ')) mark = line.slice('mark '.length);
    if (inCommit && line.startsWith('original-oid ')) oldByMark.set(mark, line.slice('original-oid '.length));
    if (size === undefined) {
      parts.push(stream.subarray(offset, end));
      offset = end;
      continue;
    }
    const message = stream.subarray(end, end + Number(size));
    const kept = inCommit ? Buffer.from(message.toString('latin1').replace(TRAILER, ''), 'latin1') : message;
    if (kept.length !== message.length) hidden += 1;
    parts.push(Buffer.from(`data ${kept.length}\n`), kept);
    offset = end + Number(size);
    inCommit = false;
  }
  return { output: Buffer.concat(parts), oldByMark, hidden };
}

/** `[main 1a2b3c4] subject`, as `git commit` prints it. */
const REPORTED = /(\[[\w./-]{1,200}(?: \([\w-]{1,40}\))? )([0-9a-f]{7,40})\]/g;

/** Transcripts name commits by the ids they had: a function that gives them those of the copy. */
export function translator(idOf) {
  const byStart = new Map();
  for (const old of idOf.keys()) byStart.set(old.slice(0, 7), [...(byStart.get(old.slice(0, 7)) ?? []), old]);
  const now = (id) => {
    const named = (byStart.get(id.slice(0, 7)) ?? []).filter((old) => old.startsWith(id));
    return named.length === 1 ? idOf.get(named[0]).slice(0, id.length) : id;
  };
  return (text) => text.replace(REPORTED, (_, place, id) => `${place}${now(id)}]`);
}
