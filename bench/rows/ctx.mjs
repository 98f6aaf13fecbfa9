// The context of sessions: what it adds to a capture, and what it costs to read.
import { writeLongSession } from '../long-session.mjs';

const STEPS = 2000;

/** @type {import('../runner.mjs').Row} */
export const contextCapture = {
  name: 'context',
  what: 'capture all sessions with their contexts',
  reference: 'the same program built without contexts',
  bar: 1.35,
  runs: 7,
  needs: ['capture', 'ctx step'],
  writes: true,
  prepare(context) {
    const { folder } = context.sessions;
    const home = () => context.folder('home', { make: false });
    return {
      reference: { command: () => context.otWithoutContext(['capture', folder, '--json'], home()) },
      subject: { command: () => context.ot(['capture', folder, '--json'], home()) },
      note: () => sizeNote(context),
    };
  },
};

/** @type {import('../runner.mjs').Row} */
export const contextStep = {
  name: 'ctx step',
  what: `the window of a step of a trace of ${STEPS} steps`,
  reference: 'node -e 0',
  bar: 4,
  runs: 21,
  needs: ['ctx step'],
  prepare: (context) => reading(context, (id) => ['ctx', 'step', id, String(STEPS - 10), '--json']),
};

/** @type {import('../runner.mjs').Row} */
export const contextDiff = {
  name: 'ctx diff',
  what: `two windows of a trace of ${STEPS} steps compared`,
  reference: 'node -e 0',
  bar: 6,
  runs: 21,
  needs: ['ctx diff'],
  prepare: (context) =>
    reading(context, (id) => ['ctx', 'diff', `${id}:${STEPS / 2}`, `${id}:${STEPS - 10}`, '--json']),
};

function reading(context, argsOf) {
  const home = context.folder('home', { make: false });
  const path = writeLongSession(context.folder('long'), STEPS);
  const { traces } = JSON.parse(context.run(context.ot(['capture', path, '--json'], home)));
  return {
    reference: { command: () => context.node(['-e', '0']) },
    subject: { command: () => context.ot(argsOf(traces[0].trace_id), home) },
  };
}

/** Bytes that contexts take in a packed bucket, beside those of the sessions. */
function sizeNote(context) {
  const { gitDir } = context.packedBucket();
  const git = (args, input) => context.run(context.git([`--git-dir=${gitDir}`, ...args], input)).trim();
  const refs = git(['for-each-ref', '--format=%(refname)', 'refs/opentraces/lanes']).split('\n');
  const names = refs.flatMap((ref) => git(['ls-tree', '-r', ref]).split('\n'));
  const oids = names.filter((name) => name.includes('/context/')).map((name) => name.split(/\s+/)[2]);
  const sizes = git(['cat-file', '--batch-check=%(objectsize:disk)'], `${[...new Set(oids)].join('\n')}\n`);
  const bytes = sizes.split('\n').reduce((sum, size) => sum + Number(size), 0);
  return `contexts ${((100 * bytes) / context.sessions.bytes).toFixed(2)}% of the sessions' bytes once packed`;
}
