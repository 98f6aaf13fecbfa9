// The command line of the benchmark.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './paths.mjs';

export const HELP = `usage: npm run bench -- [options]

  --only NAME     measure this row only; may be given several times
  --rows          list the rows
  --runs N        measured repetitions of every row, instead of each row's own number
  --corpus DIR    folder that holds sessions/claude-code (default ../shared/corpus); without one,
                  sessions are made from the project's fixtures
  --program FILE  built git-ot.cjs to measure; default is a fresh build of these sources
  --json FILE     write the result there too (always written to bench/results/)
  --keep          keep the scratch folder and name it
`;

/** @returns {{help: boolean, rows: boolean, keep: boolean, runs?: number, corpus: string, program?: string, json?: string, selected: (rows: readonly {name: string}[]) => readonly {name: string}[]}} */
export function parseOptions(argv) {
  const { values } = parseArgs({ args: argv, options: OPTIONS });
  return {
    ...values,
    corpus: resolve(values.corpus ?? resolve(ROOT, '..', 'shared', 'corpus')),
    ...(values.program === undefined ? {} : { program: resolve(values.program) }),
    ...(values.runs === undefined ? {} : { runs: positiveInteger(values.runs) }),
    selected: (rows) => selectRows(rows, values.only),
  };
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  rows: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  runs: { type: 'string' },
  corpus: { type: 'string' },
  program: { type: 'string' },
  json: { type: 'string' },
};

function selectRows(rows, names) {
  if (names === undefined) return rows;
  for (const name of names) {
    if (!rows.some((row) => row.name === name)) throw new Error(`no row '${name}'; see --rows`);
  }
  return rows.filter((row) => names.includes(row.name));
}

function positiveInteger(text) {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`--runs takes a number from 1, not '${text}'`);
  return Number(text);
}
