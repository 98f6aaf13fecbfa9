// How well `git ot trail` finds who wrote what, on a real repository with a branch of checkpoints: transcripts come
// from the branch, the trailers that name them are hidden from the program, and its answers are held against both.
// usage: npm run bench:attribution -- --repo PATH [options], see --help.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCheckpoints } from './attribution/checkpoints.mjs';
import { commitsWithTrailer } from './attribution/commits.mjs';
import { copyWithoutTrailers, translator } from './attribution/hidden.mjs';
import { evidenceOf, judgeCommit, neverWritten } from './attribution/judge.mjs';
import { ownersOf, startProgram } from './attribution/program.mjs';
import { renderReport, sampleOf, summaryOf } from './attribution/report.mjs';
import { editsShown } from './attribution/transcript.mjs';

const HELP = `usage: npm run bench:attribution -- --repo PATH [options]

  --repo PATH     clone with a branch of checkpoints
  --branch REF    that branch (default entire/checkpoints/v1)
  --limit N       only the newest N commits with a trailer
  --sample N      lines to judge by hand (default 100), drawn by --seed (default 1)
  --program FILE  built git-ot.cjs to measure; default is dist/git-ot.cjs
  --json FILE     write everything there
  --keep          keep the scratch folder and name it
`;

async function main() {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      repo: { type: 'string' },
      branch: { type: 'string', default: 'entire/checkpoints/v1' },
      limit: { type: 'string', default: '100000' },
      sample: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      program: { type: 'string', default: resolve(import.meta.dirname, '..', 'dist', 'git-ot.cjs') },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.repo === undefined) return void process.stdout.write(HELP);
  const scratch = mkdtempSync(join(tmpdir(), 'git-ot-attribution-'));
  try {
    const report = measure({ ...values, repository: resolve(values.repo), scratch });
    process.stdout.write(renderReport(report));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    if (values.keep) process.stderr.write(`kept: ${scratch}\n`);
    else rmSync(scratch, { recursive: true, force: true });
  }
}

function measure({ repository, branch, limit, sample, seed, program, scratch }) {
  const say = (text) => process.stderr.write(`  ${text} ...\n`);
  say('transcripts');
  const { sessionsOf, files, unreadable } = readCheckpoints(repository, branch, join(scratch, 'sessions'));
  say('a copy without trailers');
  const copy = join(scratch, 'copy');
  const { idOf, hidden } = copyWithoutTrailers(repository, copy);
  const translate = translator(idOf);
  for (const file of files.values()) writeFileSync(file, translate(readFileSync(file, 'utf8')));
  mkdirSync(join(scratch, 'user'));
  const ot = startProgram({ program, scratch, copy });
  say('capture');
  const captured = ot.timed(['capture', join(scratch, 'sessions'), '--project', copy]);
  say('trail sync');
  const synced = ot.timed(['trail', 'sync']);
  const again = ot.timed(['trail', 'sync']);
  const { byTrace, rootOf } = ot.sessions();
  const readable = new Set(byTrace.values());
  const editsOf = new Map();
  for (const [session, file] of files) {
    const root = rootOf(session);
    const edits = readable.has(root) ? editsShown(readFileSync(file, 'utf8')) : [];
    editsOf.set(root, [...(editsOf.get(root) ?? []), ...edits]);
  }
  const evidence = evidenceOf(editsOf);
  say('commits');
  const verdicts = [];
  const attributed = [];
  let bySubagents = 0;
  const commits = commitsWithTrailer(repository, Number(limit));
  for (const [at, commit] of commits.entries()) {
    if (at % 100 === 0) say(`${at} of ${commits.length}`);
    const checkpoints = commit.checkpoints.flatMap((id) => [...(sessionsOf.get(id) ?? [])]);
    const named = new Map(checkpoints.filter(([session]) => readable.has(session)));
    if (named.size === 0 && checkpoints.some(([session]) => readable.has(rootOf(session)))) bySubagents += 1;
    const { owners, lines, relations } = ownersOf({
      ot,
      copy,
      commit: idOf.get(commit.id),
      sessions: byTrace,
    });
    attributed.push(...lines.map((line) => ({ ...line, original: commit.id, time: commit.time })));
    if (named.size > 0)
      verdicts.push(judgeCommit({ repository, commit, named, owners, relations, evidence }));
  }
  return {
    schema: 'git-ot.attribution.v1',
    repository: {
      commits_with_trailer: commits.length,
      messages_changed: hidden,
      transcripts: files.size,
      transcripts_unreadable: unreadable,
      named_by_subagents_only: bySubagents,
    },
    times_ms: { capture: captured.ms, sync: synced.ms, sync_again: again.ms },
    ...summaryOf({ verdicts, attributed, never: neverWritten(attributed, evidence) }),
    sample: sampleOf(attributed, Number(sample), Number(seed)).map((line) => ({
      ...line,
      shown: evidence.shown(line),
    })),
  };
}

await main();
