// Speed and size of the catalog and of `trace query` on 50,000 steps or more, made from the sessions of the
// corpus (or from the fixtures). Every time is a ratio to a reference measured in the same run.
// usage: node bench/query.mjs [--steps N] [--runs N] [--corpus DIR] [--program FILE] [--keep]
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openContext } from './context.mjs';
import { describeMachine, loadAverage } from './machine.mjs';
import { alternate, repeated, summary } from './measure.mjs';
import { peakMemory } from './memory.mjs';
import { BENCH, ROOT } from './paths.mjs';
import { runCommand } from './process.mjs';
import { SessionMaker } from './session-maker.mjs';
import { mainSessions } from './sessions.mjs';

/** As people ask: common words, rare ones, identifiers, a path, a phrase, a beginning. */
const QUERIES = [
  'failing test after refactoring',
  'migration missing column user',
  'where did we change the session state lock',
  'getUserName parseConfig',
  'src/index.ts import error',
  '"permission denied" hook',
  'telem* opt out',
  'the linter complains about an unchecked error',
];
/** Words of the first query, for programs that know no ranking. */
const WORDS = ['failing', 'test', 'refactoring'];

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '50000' },
    runs: { type: 'string', default: '21' },
    corpus: { type: 'string', default: join(ROOT, '..', 'shared', 'corpus') },
    program: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);

const context = await openContext({
  corpus: resolve(values.corpus),
  keep: values.keep,
  ...(values.program === undefined ? {} : { program: resolve(values.program) }),
});
try {
  await main();
} finally {
  context.close();
}

async function main() {
  const report = {
    started: new Date().toISOString(),
    machine: describeMachine(),
    load: { before: loadAverage() },
  };
  const home = context.folder('home', { make: false });
  report.material = fillBucket(home);
  say('material', `${report.material.traces} traces, ${report.material.steps} steps`);
  report.build = await measureBuild(home, report.material);
  report.query = measureQueries(home);
  report.search = measureSearches(home);
  report.increment = measureIncrement(home);
  report.load.after = loadAverage();
  const path = join(BENCH, 'results', `query-${report.started.replaceAll(':', '-')}.json`);
  mkdirSync(join(BENCH, 'results'), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  process.stderr.write(`written: ${path}\n`);
}

/** Copies of every session under new ids until there are steps enough; each round is captured and timed. */
function fillBucket(home) {
  const sessions = mainSessions(context.sessions.folder).filter((lines) => lines.length > 3);
  let [steps, traces, ms] = [0, 0, 0];
  for (let round = 0; steps < Number(values.steps); round += 1) {
    const folder = context.folder('round');
    for (const [index, lines] of sessions.entries()) makeSession(folder, `${round}-${index}`, lines);
    const { ms: took, stdout } = runCommand(context.ot(['capture', folder, '--json'], home));
    for (const trace of JSON.parse(stdout).traces) steps += trace.steps ?? 0;
    traces += JSON.parse(stdout).traces.length;
    ms += took;
  }
  return { traces, steps, capture_ms: Math.round(ms) };
}

function makeSession(folder, seed, lines) {
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  return new SessionMaker(seed).writeInto(folder, [lines], Math.floor(bytes * 0.9));
}

async function measureBuild(home, { capture_ms: captureMs }) {
  const peak = await peakMemory(context.ot(['bucket', 'rebuild', '--json'], home), context.folder('peak'));
  const { catalog } = JSON.parse(peak.stdout);
  const size = statSync(catalog.path).size;
  const result = {
    ms: Math.round(peak.ms),
    to_capture: round(peak.ms / captureMs),
    text_bytes: catalog.text_bytes,
    bytes: size,
    to_text: round(size / catalog.text_bytes),
    peak_bytes: peak.own,
  };
  say('build', `${result.to_capture} x the capture`, result.to_capture <= 2, 'bar 2');
  say('catalog', `${result.to_text} of the text`, result.to_text <= 0.6, 'bar 0.6');
  say('memory', `${Math.round(peak.own / 1e6)} MB`, peak.own <= 400e6, 'bar 400');
  return result;
}

/** Each query in turn, beside a bare start of node. */
function measureQueries(home) {
  const query = rotating((words) => context.ot(['trace', 'query', '--json', `--lex=${words}`], home));
  const samples = alternate(
    {
      reference: { command: () => context.node(['-e', '0']) },
      subject: { command: query, check: assertFresh },
    },
    { runs },
  );
  const sides = { reference: summary(samples.reference), subject: summary(samples.subject) };
  const ratio = round(sides.subject.median / sides.reference.median);
  say('query', `${ratio} x node -e 0 (${sides.subject.median} ms)`, ratio <= 6, 'bar 6');
  return { ratio, ...sides };
}

/** One query beside `git grep` over the same texts as blobs, and ripgrep over them as one file. */
function measureSearches(home) {
  const gitDir = join(home, 'bucket.git');
  const tips = context.run(
    context.git([`--git-dir=${gitDir}`, 'for-each-ref', '--format=%(objectname)', 'refs/opentraces/lanes']),
  );
  const patterns = WORDS.flatMap((word) => ['-e', word]);
  const grep = [
    'grep',
    '--count',
    '-i',
    '-F',
    ...patterns,
    ...tips.trim().split('\n'),
    '--',
    'traces/*/*/steps/*',
  ];
  const samples = alternate(
    {
      reference: { command: () => context.git([`--git-dir=${gitDir}`, ...grep]) },
      subject: {
        command: () => context.ot(['trace', 'query', '--json', ...WORDS], home),
        check: assertFresh,
      },
    },
    { runs: Math.min(runs, 9) },
  );
  const sides = { git_grep: summary(samples.reference), query: summary(samples.subject) };
  const faster = sides.query.median < sides.git_grep.median;
  say('git grep', `${sides.git_grep.median} ms, query ${sides.query.median} ms`, faster, 'bar: faster');
  return { ...sides, ripgrep: measureRipgrep(gitDir, tips.trim().split('\n')) };
}

/** For the record only; null where ripgrep is not installed. */
function measureRipgrep(gitDir, tips) {
  const file = join(context.scratch, 'texts.jsonl');
  const names = tips.flatMap((tip) =>
    context
      .run(context.git([`--git-dir=${gitDir}`, 'ls-tree', '-r', '--format=%(objectname) %(path)', tip]))
      .split('\n'),
  );
  const oids = names.filter((line) => line.includes('/steps/')).map((line) => `${line.split(' ', 1)[0]}\n`);
  writeFileSync(
    file,
    context.run(context.git([`--git-dir=${gitDir}`, 'cat-file', '--batch'], oids.join(''))),
  );
  const command = {
    ...context.node([]),
    program: 'rg',
    args: ['--count', '-i', '-F', ...WORDS.flatMap((word) => ['-e', word]), file],
  };
  try {
    const result = summary(repeated({ command: () => command }, { runs: 9 }));
    say('ripgrep', `${result.median} ms over one file of ${Math.round(statSync(file).size / 1e6)} MB`);
    return result;
  } catch {
    say('ripgrep', 'not installed here');
    return null;
  }
}

/** What a query costs more when one session was captured since the last one; sessions of every size in turn. */
function measureIncrement(home) {
  const sessions = mainSessions(context.sessions.folder).filter((lines) => lines.length > 3);
  let count = 0;
  const added = [];
  const plain = [];
  for (let run = 0; run < runs; run += 1) {
    count += 1;
    const lines = sessions[Math.floor(((run + 0.5) * sessions.length) / runs)];
    const folder = context.folder('more');
    makeSession(folder, `more-${count}`, lines);
    context.run(context.ot(['capture', folder, '--json'], home));
    const query = context.ot(['trace', 'query', '--json', `--lex=${QUERIES[1]}`], home);
    const first = runCommand(query);
    assertFresh(first.stdout);
    added.push(first.ms);
    plain.push(runCommand(query).ms);
  }
  const more = summary(added.map((ms, index) => ms - plain[index]));
  say(
    'increment',
    `${more.median} ms more for one new session (quartile ${more.high})`,
    more.median <= 50,
    'bar 50',
  );
  return { more, added: summary(added), plain: summary(plain) };
}

function rotating(command) {
  let next = 0;
  return () => {
    next += 1;
    return command(QUERIES[next % QUERIES.length]);
  };
}

function assertFresh(stdout) {
  const { status, freshness } = JSON.parse(stdout);
  if (status !== 'ok' || freshness.stale)
    throw new Error(`not answered from a fresh catalog: ${stdout.slice(0, 300)}`);
}

function say(name, text, held, bar) {
  const verdict = held === undefined ? '' : `  ${bar}: ${held ? 'held' : 'missed'}`;
  process.stdout.write(`${name.padEnd(10)} ${text}${verdict}\n`);
}

function round(value) {
  return Math.round(value * 1000) / 1000;
}
