// Peak memory of capturing one session of 200 MB.
import { readFileSync } from 'node:fs';
import { peakMemory } from '../memory.mjs';
import { SessionMaker } from '../session-maker.mjs';
import { mainSessions } from '../sessions.mjs';

const SESSION_BYTES = 200e6;

/** @type {import('../runner.mjs').Row} */
export const memory = {
  name: 'memory',
  what: 'peak resident memory capturing one session of 200 MB',
  reference: null,
  bar: 400,
  unit: 'MB',
  runs: 2,
  needs: ['capture'],
  async prepare(context, runs) {
    const folder = context.folder('large');
    const { path, bytes } = new SessionMaker('large').writeInto(
      folder,
      mainSessions(context.sessions.folder),
      SESSION_BYTES,
    );
    readFileSync(path);
    const peaks = [];
    for (let run = 0; run < runs; run += 1) peaks.push(await captureOnce(context, path));
    const worst = peaks.reduce((left, right) => (right.own > left.own ? right : left));
    return { values: peaks.map(({ own }) => own / 1e6), note: () => describe(worst, bytes) };
  },
};

async function captureOnce(context, path) {
  const command = context.ot(['capture', path, '--json'], context.folder('home', { make: false }));
  const peak = await peakMemory(command, context.folder('peak'));
  const { totals, traces } = JSON.parse(peak.stdout);
  if (totals.captured !== traces.length) throw new Error('the session was not captured as a whole');
  return { ...peak, traces };
}

function describe({ children, together, ms, traces }, bytes) {
  const beside =
    children === null
      ? 'children not measured here'
      : `largest child ${megabytes(children)}, all at once ${megabytes(together)}`;
  const subagents = traces.length - 1;
  return `${beside}; ${(ms / 1000).toFixed(1)} s for ${megabytes(bytes)}, ${traces[0].steps} steps, ${subagents} sub-agents inside`;
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
