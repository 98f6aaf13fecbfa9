// Repetitions and what is made of them. Reference and subject alternate, so that what else the machine does
// hits both; which one comes first changes with every repetition.
import { runCommand } from './process.mjs';

/**
 * @typedef {object} Side
 * @property {() => import('./process.mjs').Command} command called before every repetition, outside the time
 * @property {(stdout: string) => void} [check] throws when the output is not that of the work measured
 */

/**
 * One unmeasured repetition of each side, then `runs` measured ones.
 * @param {{reference: Side, subject: Side}} sides
 * @param {{runs: number, settle?: () => void}} options `settle` runs before every repetition, outside the time
 * @returns {{reference: number[], subject: number[]}} milliseconds
 */
export function alternate({ reference, subject }, { runs, settle = () => {} }) {
  const samples = { reference: [], subject: [] };
  for (let run = 0; run <= runs; run += 1) {
    const order = run % 2 === 0 ? ['reference', 'subject'] : ['subject', 'reference'];
    for (const name of order) {
      const ms = repeat(name === 'reference' ? reference : subject, settle);
      if (run > 0) samples[name].push(ms);
    }
  }
  return samples;
}

/** Like {@link alternate} for what has no reference. */
export function repeated(side, { runs, settle = () => {} }) {
  const samples = [];
  for (let run = 0; run <= runs; run += 1) {
    const ms = repeat(side, settle);
    if (run > 0) samples.push(ms);
  }
  return samples;
}

function repeat({ command, check = () => {} }, settle) {
  const prepared = command();
  settle();
  const { ms, stdout } = runCommand(prepared);
  check(stdout);
  return ms;
}

/** Median, quartiles and extremes of some numbers, with the numbers. */
export function summary(samples) {
  const sorted = [...samples].sort((left, right) => left - right);
  const at = (share) => round(quantile(sorted, share));
  return {
    median: at(0.5),
    low: at(0.25),
    high: at(0.75),
    min: at(0),
    max: at(1),
    samples: samples.map(round),
  };
}

function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  return below + (above - below) * (place - Math.floor(place));
}

function round(value) {
  return Math.round(value * 100) / 100;
}
