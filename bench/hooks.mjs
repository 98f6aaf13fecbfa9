// What live capture costs the host: the hook's wall time, alone and with eight at once, `git commit` with our hooks
// while no drain or one is at work, and how long a finished turn takes to be readable. Times in ms; the reference
// of each row is measured in turns with it.
// usage: node bench/hooks.mjs [--program FILE] [--traces 0,1000,10000] [--files 10,100000] [--runs N]
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FIXTURES, ROOT } from './paths.mjs';
import { SessionMaker } from './session-maker.mjs';

const { values } = parseArgs({
  options: {
    program: { type: 'string', default: join(ROOT, 'dist', 'git-ot.cjs') },
    traces: { type: 'string', default: '0,1000,10000' },
    files: { type: 'string', default: '10,100000' },
    runs: { type: 'string', default: '200' },
  },
});
const program = resolve(values.program);
const runs = Number(values.runs);
const scratch = mkdtempSync(join(tmpdir(), 'git-ot-hooks-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
const report = { schema: 'git-ot.bench.hooks.v1', cpus: cpus().length, load: loadavg()[0], rows: [] };

function numbers(list) {
  return list.split(',').filter(Boolean).map(Number);
}

/** A machine with hooks for Claude Code, and a bucket of that many one-step sessions. */
function machine(name, traces = 0) {
  const home = join(scratch, name);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    OT_HOME: join(home, 'ot'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_AUTHOR_NAME: 'B',
    GIT_AUTHOR_EMAIL: 'b@example.invalid',
    GIT_COMMITTER_NAME: 'B',
    GIT_COMMITTER_EMAIL: 'b@example.invalid',
  };
  mkdirSync(home);
  writeFileSync(env.GIT_CONFIG_GLOBAL, '');
  const at = { home, env, hook: join(env.OT_HOME, 'hooks', 'spool'), spool: join(env.OT_HOME, 'spool') };
  ot(at, ['setup', 'claude-code']);
  if (traces > 0) ot(at, ['capture', smallSessions(home, traces), '--quiet']);
  return at;
}

function ot({ env, home }, args, cwd = home) {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
    env,
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`git-ot ${args[0]} ended with ${status}: ${stderr}`);
}

function smallSessions(home, count) {
  const folder = join(home, 'small');
  mkdirSync(folder);
  for (let n = 0; n < count; n += 1) {
    const id = `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
    const entry = {
      type: 'user',
      uuid: id,
      parentUuid: null,
      sessionId: id,
      timestamp: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
      cwd: '/home/dev/acme',
      version: '2.1.0',
      message: { role: 'user', content: `number ${n}` },
    };
    writeFileSync(join(folder, `${id}.jsonl`), `${JSON.stringify(entry)}\n`);
  }
  return folder;
}

/** The hook alone against a shell that does nothing, then eight loops of it at once, with a drain at work. */
function hookRows(traces) {
  const at = machine(`hook-${traces}`, traces);
  const [log] = traces > 0 ? readdirSync(join(at.home, 'small')) : ['none.jsonl'];
  const input = JSON.stringify({
    session_id: 'bench',
    transcript_path: join(at.home, 'small', log),
    cwd: at.home,
    hook_event_name: 'UserPromptSubmit',
  });
  const reference = [];
  const subject = [];
  for (let n = 0; n < runs; n += 1) {
    reference.push(timed('sh', ['-c', ':'], { env: at.env, input: '' }));
    subject.push(timed(at.hook, ['agent', 'claude-code'], { env: at.env, input }));
  }
  row(`hook, ${traces} traces`, subject, reference);
  const sides = [[], []];
  for (let round = 0; round < 4; round += 1) {
    sides[0].push(...atOnce(at, 'sh -c :'));
    sides[1].push(...atOnce(at, `'${at.hook}' agent claude-code`, input));
    settle(at);
  }
  row(`hook, ${traces} traces, 8 at once`, sides[1], sides[0]);
}

/** Each of eight shells runs the command in a loop and takes the time of every call. */
function atOnce(at, command, input = '') {
  const payload = join(at.home, 'payload');
  writeFileSync(payload, input);
  const worker = `for i in {1..40}; do s=$EPOCHREALTIME; ${command} <"$0"; e=$EPOCHREALTIME
    echo $(( (\${e/./} - \${s/./}) )); done`;
  const all = `for w in 1 2 3 4 5 6 7 8; do bash -c "$1" "$0" & done; wait`;
  const { stdout } = spawnSync('bash', ['-c', all, payload, worker], { env: at.env, encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((micros) => Number(micros) / 1000);
}

/** `git commit` of one changed file, with our hooks and without, in two equal trees. */
function commitRows(files) {
  const at = machine(`commit-${files}`);
  const trees = ['plain', 'hooked'].map((name) => codeTree(at, name, files));
  ot(at, ['setup', 'git'], trees[1]);
  commitRow(`git commit, ${files} files`, at, trees, files, () => settle(at));
  const work = new Work(at);
  commitRow(`git commit, ${files} files, drain at work`, at, trees, files, () => work.keepUp());
  work.end();
}

function commitRow(name, at, trees, files, before) {
  const samples = [[], []];
  for (let n = 0; n < Math.min(runs, files > 1000 ? 25 : 100); n += 1) {
    for (const [side, cwd] of trees.entries()) {
      before();
      writeFileSync(join(cwd, 'd0', 'f0'), `${name} ${n}\n`);
      samples[side].push(timed('git', ['commit', '-qam', `${n}`], { env: at.env, cwd }));
    }
  }
  row(name, samples[1], samples[0]);
}

/** Keeps a drain at work with sessions of 2 MB, which ran somewhere else than where the commits are made. */
class Work {
  constructor(at) {
    this.at = at;
    this.made = 0;
  }

  keepUp() {
    while (waiting(this.at).length < 3 || !existsSync(join(this.at.spool, 'drain'))) {
      this.made += 1;
      const maker = new SessionMaker(`work-${this.made}`);
      const { path: log } = maker.writeInto(join(this.at.home), basicSession(), 2_000_000);
      fireStop(this.at, log, 'UserPromptSubmit');
    }
  }

  /** Drops what is left. */
  end() {
    for (const name of waiting(this.at)) rmSync(join(this.at.spool, name), { force: true });
    settle(this.at);
  }
}

function waiting({ spool }) {
  return existsSync(spool) ? readdirSync(spool).filter((name) => name.startsWith('event-')) : [];
}

function basicSession() {
  return [readFileSync(join(FIXTURES, 'basic', 'input.jsonl'), 'utf8').split('\n')];
}

function fireStop(at, log, event = 'Stop') {
  const cwd = join(at.home, 'elsewhere');
  const input = JSON.stringify({ transcript_path: log, hook_event_name: event, cwd });
  spawnSync(at.hook, ['agent', 'claude-code'], { env: at.env, input });
}

function codeTree(at, name, files) {
  const cwd = join(at.home, name);
  for (let n = 0; n < files; n += 1) {
    const path = join(cwd, `d${Math.floor(n / 500)}`, `f${n}`);
    if (n % 500 === 0) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${n % 50}\n`);
  }
  for (const args of [
    ['init', '-q'],
    ['config', 'gc.auto', '0'],
    ['add', '.'],
    ['commit', '-qm', 'first'],
  ]) {
    spawnSync('git', args, { cwd, env: at.env });
  }
  return cwd;
}

/** From the end of a turn to the moment the journal has moved: the trace is readable then. */
function readableRow(bytes) {
  const samples = [];
  for (let n = 0; n < 7; n += 1) {
    const at = machine(`readable-${n}`);
    const { path: log } = new SessionMaker(`turn-${n}`).writeInto(at.home, basicSession(), bytes);
    const start = process.hrtime.bigint();
    fireStop(at, log);
    while (!moved(at) && since(start) < 60_000) spawnSync('sleep', ['0.01']);
    samples.push(since(start));
    settle(at);
  }
  row(`Stop to readable, ${bytes / 1e6} MB`, samples, null);
}

function moved({ env }) {
  const lanes = join(env.OT_HOME, 'bucket.git', 'refs', 'opentraces', 'lanes');
  return (
    existsSync(lanes) && readdirSync(lanes, { recursive: true }).some((name) => /\d{4}-\d{2}$/.test(name))
  );
}

/** Waits for the drain, so that no row pays for the one before it. */
function settle({ spool }) {
  const start = process.hrtime.bigint();
  while (existsSync(join(spool, 'drain')) && since(start) < 120_000) spawnSync('sleep', ['0.1']);
}

function timed(program, args, options) {
  const start = process.hrtime.bigint();
  const { error, status } = spawnSync(program, args, { ...options, stdio: ['pipe', 'ignore', 'ignore'] });
  if (error !== undefined || status !== 0) throw error ?? new Error(`${program} ended with ${status}`);
  return since(start);
}

function since(start) {
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function row(name, subject, reference) {
  const side = (samples) => ({ p50: at(samples, 0.5), p99: at(samples, 0.99), runs: samples.length });
  const entry = { name, ...side(subject) };
  if (reference !== null) {
    const base = side(reference);
    Object.assign(entry, {
      reference: base,
      ratio: round(entry.p50 / base.p50),
      more: round(entry.p50 - base.p50),
      more_paired: pairedDifference(subject, reference),
    });
  }
  report.rows.push(entry);
  process.stderr.write(`${JSON.stringify(entry)}\n`);
}

/** Median of the differences of neighbours in time, which share the machine's load; null when there are no pairs. */
function pairedDifference(subject, reference) {
  if (subject.length !== reference.length) return null;
  return at(
    subject.map((time, index) => time - reference[index]),
    0.5,
  );
}

function at(samples, quantile) {
  const sorted = [...samples].sort((left, right) => left - right);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))]);
}

function round(number) {
  return Math.round(number * 100) / 100;
}

for (const traces of numbers(values.traces)) hookRows(traces);
for (const files of numbers(values.files)) commitRows(files);
readableRow(5_000_000);
process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
