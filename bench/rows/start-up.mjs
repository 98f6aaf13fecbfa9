// Commands that are mostly start-up, against the bare start of node.

const REFERENCE = 'node -e 0';
const RUNS = 41;

/** @type {import('../runner.mjs').Row} */
export const version = {
  name: 'version',
  what: 'cold git-ot --version',
  reference: REFERENCE,
  bar: 1.2,
  runs: RUNS,
  needs: [],
  prepare: (context) => againstNode(context, () => context.ot(['--version']), /^git-ot \d/),
};

/** @type {import('../runner.mjs').Row} */
export const get = {
  name: 'get',
  what: 'cold trace get ID --json, session of median size',
  reference: REFERENCE,
  bar: 3,
  runs: RUNS,
  needs: ['capture', 'trace get'],
  prepare: (context) => getOf(context, bySize(context).median, ''),
};

/** @type {import('../runner.mjs').Row} */
export const getLargest = {
  name: 'get-largest',
  what: 'cold trace get ID --json, largest session',
  reference: REFERENCE,
  runs: 21,
  needs: ['capture', 'trace get'],
  prepare: (context) => getOf(context, bySize(context).largest, ''),
};

/** @type {import('../runner.mjs').Row} */
export const getLast = {
  name: 'get-last',
  what: 'cold trace get ID:last --json, largest session',
  reference: REFERENCE,
  runs: 21,
  needs: ['capture', 'trace get'],
  prepare: (context) => getOf(context, bySize(context).largest, ':last'),
};

/** @type {import('../runner.mjs').Row} */
export const traceList = {
  name: 'list',
  what: 'cold trace list --json',
  reference: REFERENCE,
  runs: 21,
  needs: ['capture', 'trace list'],
  prepare: (context) => againstNode(context, () => onBucket(context, ['trace', 'list', '--json']), OK),
};

/** @type {import('../runner.mjs').Row} */
export const bucketStatus = {
  name: 'status',
  what: 'cold bucket status --json',
  reference: REFERENCE,
  runs: 21,
  needs: ['capture', 'bucket status'],
  prepare: (context) => againstNode(context, () => onBucket(context, ['bucket', 'status', '--json']), OK),
};

const OK = /^\{"status":"ok"/;

function getOf(context, session, selection) {
  const args = ['trace', 'get', `${session.traceId}${selection}`, '--json'];
  const output = context.run(onBucket(context, args));
  return {
    ...againstNode(context, () => onBucket(context, args), OK),
    note: () =>
      `${megabytes(session.bytes)} session, ${session.steps} steps, ${megabytes(output.length)} of JSON`,
  };
}

function onBucket(context, args) {
  return context.ot(args, context.bucket().home);
}

function againstNode(context, command, expected) {
  const check = (stdout) => {
    if (!expected.test(stdout)) throw new Error('unexpected output');
  };
  return { reference: { command: () => context.node(['-e', '0']) }, subject: { command, check } };
}

/** Main traces of the bucket by the size of their files. */
function bySize(context) {
  const bytes = new Map(context.sessions.files.map((file) => [file.path, file.bytes]));
  const sessions = context
    .bucket()
    .report.traces.filter((trace) => trace.inline_subagent === undefined)
    .map(({ path, trace_id: traceId, steps }) => ({ traceId, steps, bytes: bytes.get(path) }))
    .sort((left, right) => left.bytes - right.bytes);
  return { median: sessions[Math.floor(sessions.length / 2)], largest: sessions.at(-1) };
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
