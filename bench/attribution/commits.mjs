// The commits to judge: what their trailers name, and the lines they brought.
import { gitText } from './git.mjs';

/** Commits of all branches with a trailer, the newest first. @returns {{id: string, time: number, authored: number, subject: string, checkpoints: string[]}[]} */
export function commitsWithTrailer(repository, limit) {
  const format = '%H%x00%ct%x00%at%x00%(trailers:key=Entire-Checkpoint,valueonly,separator=%x2C)%x00%s';
  return gitText(repository, ['log', '--branches', '--no-merges', `--format=${format}`])
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => row.split('\0'))
    .filter(([, , , trailers]) => trailers !== '')
    .slice(0, limit)
    .map(([id, committed, authored, trailers, subject]) => ({
      id,
      time: Math.max(Number(committed), Number(authored)),
      authored: Number(authored),
      subject,
      checkpoints: trailers.split(',').map((each) => each.trim()),
    }));
}

const DIFF = [
  ...['diff-tree', '-p', '-U0', '-M', '-r', '--root', '--no-commit-id', '-m', '--first-parent'],
  ...['--no-color', '--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/'],
];

/** Rows of the difference against the first parent, without context. */
function diffRows(repository, commit) {
  return gitText(repository, ['-c', 'core.quotePath=false', ...DIFF, commit]).split('\n');
}

/** Texts of lines that a commit took away. @returns {string[]} */
export function linesTaken(repository, commit) {
  return diffRows(repository, commit)
    .filter((row) => row.startsWith('-') && !row.startsWith('--- '))
    .map((row) => row.slice(1));
}

/** Lines that a commit brought, against its first parent. @returns {{path: string, line: number, text: string}[]} */
export function linesBrought(repository, commit) {
  const found = [];
  let path = null;
  let line = 0;
  let left = 0;
  for (const row of diffRows(repository, commit)) {
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(row);
    if (hunk !== null) [line, left] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    else if (left > 0 && row.startsWith('+')) {
      if (path !== null) found.push({ path, line, text: row.slice(1).replace(/\r$/, '') });
      line += 1;
      left -= 1;
    } else if (left === 0 && row.startsWith('+++ ')) path = row.startsWith('+++ b/') ? row.slice(6) : null;
  }
  return found;
}
