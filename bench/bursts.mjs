// Quality of burst boundaries against hand-made labels. A boundary is the first edited step of a burst; a
// label is met by at most one boundary within two steps of it. The reference is what a fixed gap of 35 steps
// between edits gives. usage: node bench/bursts.mjs --labels FILE --home OT_HOME --program git-ot.cjs
// Labels: JSON {set: {trace id or prefix: [step, ...]}}, the first edit of every burst.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const TOLERANCE = 2;
const GAP = 35;
const { values } = parseArgs({
  options: {
    labels: { type: 'string' },
    home: { type: 'string' },
    program: { type: 'string' },
    traces: { type: 'boolean', default: false },
  },
});
if (!values.labels || !values.home || !values.program) {
  throw new Error(
    'usage: node bench/bursts.mjs --labels FILE --home OT_HOME --program git-ot.cjs [--traces]',
  );
}

for (const [set, traces] of Object.entries(JSON.parse(readFileSync(values.labels, 'utf8')))) {
  const scores = Object.entries(traces).map(([id, labels]) => scoreTrace(id, labels));
  if (values.traces) for (const score of scores) process.stdout.write(`${JSON.stringify(score)}\n`);
  const subject = total(scores.map((score) => score.subject));
  const reference = total(scores.map((score) => score.reference));
  process.stdout.write(
    `${set}: ${scores.length} traces, ${subject.labels} labels\n` +
      `  bursts       ${line(subject)}\n  step gap ${GAP}  ${line(reference)}\n` +
      `  cuts only: bursts ${f1(total(scores.map((score) => score.subjectCuts)))}, step gap ${f1(total(scores.map((score) => score.referenceCuts)))}\n`,
  );
}

function scoreTrace(id, labels) {
  const bursts = map(id, '--bursts').map((node) => node.step_range[0]);
  const edits = map(id, '--actions', 'file_edit').map((node) => node.step_index);
  const gaps = edits.filter((step, index) => index === 0 || step - edits[index - 1] > GAP);
  return {
    id,
    labels,
    bursts,
    subject: compare(labels, bursts),
    reference: compare(labels, gaps),
    // Without the first boundary of a trace, which every method finds.
    subjectCuts: compare(labels.slice(1), bursts.slice(1)),
    referenceCuts: compare(labels.slice(1), gaps.slice(1)),
  };
}

function map(id, ...options) {
  const env = { ...process.env, OT_HOME: values.home };
  const args = [values.program, 'trace', 'map', id, ...options, '--json'];
  return JSON.parse(execFileSync(process.execPath, args, { env, maxBuffer: 1 << 30 })).nodes;
}

/** One to one, in order: each label takes the first free boundary within reach. */
function compare(labels, found) {
  const free = [...found];
  let met = 0;
  for (const label of labels) {
    const at = free.findIndex((step) => Math.abs(step - label) <= TOLERANCE);
    if (at < 0) continue;
    free.splice(at, 1);
    met += 1;
  }
  return { labels: labels.length, found: found.length, met };
}

function total(counts) {
  const sum = (key) => counts.reduce((all, each) => all + each[key], 0);
  return { labels: sum('labels'), found: sum('found'), met: sum('met') };
}

function f1({ labels, found, met }) {
  return labels + found === 0 ? '1.000' : ((2 * met) / (labels + found)).toFixed(3);
}

function line(counts) {
  const { labels, found, met } = counts;
  const ratio = (all) => (all === 0 ? 1 : met / all).toFixed(3);
  return `precision ${ratio(found)}, recall ${ratio(labels)}, F1 ${f1(counts)}`;
}
