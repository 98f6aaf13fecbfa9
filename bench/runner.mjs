// One row from its definition to its line in the report.
import { alternate, repeated, summary } from './measure.mjs';

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} what what is measured, in a few words
 * @property {string | null} reference what it is compared with; null for a plain number
 * @property {number} [bar] largest ratio wanted, or largest value where `unit` is MB
 * @property {string} [unit] of a row that measures by itself; default ms
 * @property {number} runs measured repetitions by default
 * @property {readonly string[]} needs commands that have to exist, such as `bucket verify`
 * @property {boolean} [writes] true waits for the disk before every repetition
 * @property {(context: import('./context.mjs').Context) => object} prepare gives the sides, or `values` and a note
 */

/** Measures a row. A row that cannot run says why; it stops no other. */
export async function runRow(row, context, options) {
  const { name, what, reference, bar = null } = row;
  const unit = row.unit ?? 'ms';
  const base = { name, what, reference, bar, unit };
  const absent = row.needs.filter((command) => !context.commands.has(command));
  if (absent.length > 0) return { ...base, verdict: 'skipped', note: `no command '${absent[0]}' yet` };
  const runs = options.runs ?? row.runs;
  try {
    const parts = await row.prepare(context, runs);
    const settle = row.writes === true ? () => context.settle() : () => {};
    return {
      ...base,
      runs,
      ...judge(row, measureSides(parts, { runs, settle })),
      note: parts.note?.() ?? '',
    };
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    return { ...base, verdict: 'failed', note: error.message.split('\n')[0] };
  }
}

function measureSides(parts, options) {
  if (parts.values !== undefined) return { subject: summary(parts.values) };
  if (parts.reference === undefined) return { subject: summary(repeated(parts.subject, options)) };
  const { reference, subject } = alternate(parts, options);
  const pairs = subject.map((ms, index) => ms / reference[index]);
  return { subject: summary(subject), reference_time: summary(reference), pairs: summary(pairs) };
}

/** Ratio of medians; a row without reference has its value held against the bar. */
function judge({ bar }, measured) {
  const { subject, reference_time: reference } = measured;
  const ratio = reference === undefined ? null : Math.round((subject.median / reference.median) * 100) / 100;
  const value = ratio ?? subject.max;
  const verdict = bar === undefined ? 'info' : value <= bar ? 'pass' : 'miss';
  return { ratio, verdict, ...measured };
}
