// How well and how fast the security tools find what must not leave: recall and false findings on labelled
// rows, false findings and speed on sessions, and the same beside gitleaks and detect-secrets where they are
// installed. Every row is printed with its bar; rows of each set are also told by halves, of which half b was
// not looked at while rules were written.
// usage: node bench/security.mjs [--corpus DIR] [--gitleaks PROGRAM] [--python PROGRAM] [--megabytes N]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, loadAverage } from './machine.mjs';
import { summary } from './measure.mjs';
import { BENCH, ROOT } from './paths.mjs';
import { loadEngine, sanitized } from './security-engine.mjs';
import { openPeers, runPeer } from './security-peers.mjs';
import { gitleaksRows, score, secretlintRows } from './security-score.mjs';
import { joinedPattern, passOf, planted, readSessions, survey } from './security-sessions.mjs';

/** Tools whose findings in sessions count as false: the sessions were redacted before publication. */
const COUNTED = ['regex', 'entropy', 'business_logic'];
const APART = new Set(['email', 'user']);
const ROUNDS = 3;
/** So much is enough for the expression of all rules, which is slow. */
const JOINED_BYTES = 1e6;

const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: resolve(ROOT, '..', 'shared', 'corpus') },
    gitleaks: { type: 'string' },
    python: { type: 'string' },
    megabytes: { type: 'string', default: '4' },
  },
});

const report = {
  schema: 'git-ot.bench-security.v1',
  started: new Date().toISOString(),
  machine: describeMachine(),
};
report.load = { before: loadAverage() };
report.rows = [];

function row(name, value, bar, isMet, note = '') {
  const verdict = bar === null ? '' : isMet ? 'pass' : 'miss';
  report.rows.push({ name, value, bar, verdict, note });
  process.stdout.write(
    `${name.padEnd(46)} ${String(value).padStart(9)}  ${(bar ?? '').padEnd(9)} ${verdict.padEnd(5)} ${note}\n`,
  );
}

const share = (part, all) => Math.round((part / Math.max(all, 1)) * 10_000) / 10_000;

function labelled(engine, policy, name, rows, { recall, clean }) {
  const sanitize = (text) => sanitized(engine, policy, text);
  const [a, b] = ['a', 'b'].map((half) =>
    score(
      rows.filter((each) => each.half === half),
      sanitize,
    ),
  );
  const sum = (key) => a[key] + b[key];
  const halves = (top, bottom) => `a ${a[top]}/${a[bottom]}, b ${b[top]}/${b[bottom]}`;
  const caught = share(sum('caught'), sum('secrets'));
  const changed = share(sum('changed'), sum('clean'));
  row(`${name}: recall`, caught, `>= ${recall}`, caught >= recall, halves('caught', 'secrets'));
  row(
    `${name}: findings in clean rows`,
    changed,
    `<= ${clean}`,
    changed <= clean,
    halves('changed', 'clean'),
  );
}

function sessionRows(engine, sessions) {
  const megabytes = sessions.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  const { found } = survey(engine, sessions, COUNTED);
  const counted = [...found].filter(([kind]) => !APART.has(kind));
  const total = (key) => counted.reduce((sum, [, entry]) => sum + entry[key], 0);
  const kinds = counted.map(([kind, { findings }]) => `${kind} ${findings}`).join(', ');
  const perMegabyte = Math.round((total('findings') / megabytes) * 100) / 100;
  row('sessions: findings per MB', perMegabyte, '<= 2', perMegabyte <= 2, kinds);
  const removed = share(total('bytes'), megabytes * 1e6);
  row('sessions: characters removed', removed, '<= 0.003', removed <= 0.003);
  for (const kind of ['email'])
    row(
      `sessions: ${kind} per MB`,
      Math.round(((found.get(kind)?.findings ?? 0) / megabytes) * 100) / 100,
      null,
      true,
    );
}

/** Alternates the two passes; processor seconds, so that a busy machine slows neither. */
function speedRows(engine, policy, sessions, sample) {
  const [all, some] = [sessions, sample].map((each) => each.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6);
  const pattern = joinedPattern([...engine.REGEX_RULES, ...engine.ENTROPY_RULES, ...engine.BUSINESS_RULES]);
  const samples = { ours: [], joined: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const ours = survey(engine, sessions, policy.tools).seconds;
    const joined = passOf(pattern, sample);
    if (round > 0) samples.ours.push(all / ours);
    if (round > 0) samples.joined.push(some / joined);
  }
  const [ours, joined] = [summary(samples.ours).median, summary(samples.joined).median];
  row('recommended: MB/s, one core', ours, '>= 15', ours >= 15, `${samples.ours.map(Math.round).join(' ')}`);
  const ratio = Math.round((ours / joined) * 100) / 100;
  row('recommended / one pass of the rules joined', ratio, '>= 0.3', ratio >= 0.3, `joined ${joined} MB/s`);
}

/** Some sessions from everywhere, small enough for slow programs. */
function sampleOf(sessions, bytes) {
  const sample = [];
  let size = 0;
  for (let index = 0; index < sessions.length * 7 && size < bytes; index += 7) {
    const session = sessions[index % sessions.length];
    if (session.bytes > bytes / 4 || sample.includes(session)) continue;
    sample.push(session);
    size += session.bytes;
  }
  return sample;
}

function peerRows(engine, policy, peers, sets, sample) {
  const texts = sample.map(({ lines }) => lines.map((line) => line.toString('utf8')).join('\n'));
  const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
  const started = performance.now();
  survey(engine, sample, policy.tools);
  const own = (performance.now() - started) / 1000;
  for (const peer of peers) {
    for (const { name, rows, margin, own: ours } of sets) {
      const { left } = runPeer(
        peer,
        rows.map(({ text }) => text),
      );
      const theirs = score(rows, (_, index) => left[index]);
      const recall = share(theirs.caught, theirs.secrets);
      const note = `${peer.name} ${recall}, clean rows ${theirs.changed}/${theirs.clean}`;
      row(
        `${name}: recall beside ${peer.name}`,
        ours,
        margin === 0 ? 'higher' : '-0.01',
        ours > recall - margin,
        note,
      );
    }
    const { seconds } = runPeer(peer, texts);
    const times = Math.round((seconds / own) * 10) / 10;
    const note = `${megabytes.toFixed(1)} MB: ${own.toFixed(2)} s, ${peer.name} ${seconds.toFixed(2)} s`;
    row(`times as fast as ${peer.name}`, times, '> 1', times > 1, note);
  }
}

async function main() {
  const engine = await loadEngine();
  const policy = engine.resolvePolicy('recommended');
  const corpus = resolve(values.corpus);
  const [gitleaks, secretlint, sessions] = [
    gitleaksRows(corpus),
    secretlintRows(corpus),
    readSessions(corpus),
  ];
  if (gitleaks.length === 0 || sessions.length === 0) throw new Error('no corpus here; see --corpus');
  labelled(engine, policy, 'gitleaks', gitleaks, { recall: 0.97, clean: 0.15 });
  labelled(engine, policy, 'secretlint', secretlint, { recall: 0.95, clean: 0.05 });
  sessionRows(engine, sessions);
  const sample = sampleOf(sessions, Number(values.megabytes) * 1e6);
  speedRows(engine, policy, sessions, sampleOf(sessions, JOINED_BYTES));
  const positives = [...gitleaks, ...secretlint].filter(({ secrets }) => secrets.length > 0);
  const inSessions = planted(
    sessions,
    positives.filter((_, index) => index % 8 === 0),
  );
  const sets = [
    { name: 'gitleaks', rows: gitleaks, margin: 0.01 },
    { name: 'secretlint', rows: secretlint, margin: 0 },
    { name: `${inSessions.length} planted`, rows: inSessions, margin: 0 },
  ].map((set) => {
    const { caught, secrets } = score(set.rows, (text) => sanitized(engine, policy, text));
    return { ...set, own: share(caught, secrets) };
  });
  row('planted in sessions: recall', sets[2].own, null, true);
  const peers = openPeers({ gitleaks: values.gitleaks, 'detect-secrets': values.python });
  peerRows(engine, policy, peers, sets, sample);
  report.load.after = loadAverage();
  const folder = join(BENCH, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `security-${report.started.replaceAll(':', '-')}.json`),
    `${JSON.stringify(report, null, 2)}\n`,
  );
}

await main();
