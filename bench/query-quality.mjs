// Quality of `trace query` over a judged set: how often the step, and the session, that was meant is found.
// usage: node bench/query-quality.mjs --judged FILE [--home DIR | --corpus DIR] [--program FILE] [--misses] [--json]
// FILE holds a JSON document per line: {query, trace_id, step} with the trace id or a prefix of it; `args` may
// name further words of the command line. The set quotes other people's sessions, so it is kept outside.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BENCH, ROOT } from './paths.mjs';
import { runCommand } from './process.mjs';

const DEPTH = 100;
const BARS = { 'session recall@5': 0.9, 'step recall@20': 0.6 };

const { values } = parseArgs({
  options: {
    judged: { type: 'string' },
    home: { type: 'string' },
    corpus: { type: 'string', default: join(ROOT, '..', 'shared', 'corpus') },
    program: { type: 'string' },
    misses: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
if (values.judged === undefined)
  throw new Error(`--judged FILE is missing; see ${join(BENCH, 'query-quality.mjs')}`);

const scratch = mkdtempSync(join(tmpdir(), 'git-ot-quality-'));
try {
  report(measure());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function measure() {
  const program = values.program ?? build();
  const home = resolve(values.home ?? join(scratch, 'home'));
  if (values.home === undefined) ot(program, home, ['capture', join(values.corpus, 'sessions')]);
  const judged = readFileSync(values.judged, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return judged.map((item) => ({ ...item, ...ranksOf(item, search(program, home, item)) }));
}

function search(program, home, { query, args = [] }) {
  return ot(program, home, ['trace', 'query', ...args, '--limit', `${DEPTH}`, `--lex=${query}`]).candidates;
}

/** Places from 1 of the step among hits, and of its session among the different sessions of them; null: not there. */
function ranksOf({ trace_id: traceId, step }, candidates) {
  const isMeant = (candidate) => candidate.trace_id.startsWith(traceId);
  const sessions = [...new Set(candidates.map((candidate) => candidate.trace_id))];
  const place = (index) => (index < 0 ? null : index + 1);
  return {
    stepRank: place(candidates.findIndex((hit) => isMeant(hit) && hit.step_index === Number(step))),
    sessionRank: place(sessions.findIndex((id) => id.startsWith(traceId))),
  };
}

function report(results) {
  const share = (test) => round(results.filter(test).length / results.length);
  const within = (key, limit) => share((result) => result[key] !== null && result[key] <= limit);
  const meanReciprocal = (key) =>
    round(
      results.reduce((sum, result) => sum + (result[key] === null ? 0 : 1 / result[key]), 0) / results.length,
    );
  const figures = {
    queries: results.length,
    'session recall@1': within('sessionRank', 1),
    'session recall@5': within('sessionRank', 5),
    'session MRR': meanReciprocal('sessionRank'),
    'step recall@5': within('stepRank', 5),
    'step recall@20': within('stepRank', 20),
    'step MRR': meanReciprocal('stepRank'),
  };
  if (values.json) return void process.stdout.write(`${JSON.stringify({ figures, results })}\n`);
  for (const [name, value] of Object.entries(figures)) {
    const bar =
      BARS[name] === undefined ? '' : `  bar ${BARS[name]}: ${value >= BARS[name] ? 'held' : 'missed'}`;
    process.stdout.write(`${name.padEnd(18)} ${value}${bar}\n`);
  }
  if (values.misses)
    for (const result of results.filter(isMiss)) process.stdout.write(`${missLine(result)}\n`);
}

function isMiss({ stepRank, sessionRank }) {
  return stepRank === null || stepRank > 20 || sessionRank === null || sessionRank > 5;
}

function missLine({ id, query, stepRank, sessionRank }) {
  return `miss ${id ?? ''}: step ${stepRank ?? '-'}, session ${sessionRank ?? '-'}: ${query}`;
}

function round(value) {
  return Math.round(value * 1000) / 1000;
}

function build() {
  const out = join(scratch, 'dist');
  const args = [join(ROOT, 'scripts', 'build.mjs'), '--out', out];
  runCommand({ program: process.execPath, args, env: environment(scratch) });
  return join(out, 'git-ot.cjs');
}

function ot(program, home, args) {
  const env = { ...environment(home), OT_HOME: home };
  const [noun, ...rest] = args;
  return JSON.parse(
    runCommand({ program: process.execPath, args: [program, noun, ...withJson(rest)], env }).stdout,
  );
}

/** Before the words, which may look like options. */
function withJson([first, ...rest]) {
  return [first, '--json', ...rest];
}

function environment(home) {
  return { PATH: process.env.PATH ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', TZ: 'UTC' };
}
