// The benchmark: `npm run bench`. Every row is a ratio against a reference measured in the same run; bars
// are information, never a test. usage: node bench/run.mjs [options], see --help.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openContext } from './context.mjs';
import { describeMachine, loadAverage } from './machine.mjs';
import { HELP, parseOptions } from './options.mjs';
import { BENCH } from './paths.mjs';
import { renderHeader, renderTable } from './report.mjs';
import { ROWS } from './rows/index.mjs';
import { runRow } from './runner.mjs';

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(HELP);
  if (options.rows) return void process.stdout.write(listOfRows());
  const report = await measure(options);
  process.stdout.write(renderTable(report.rows));
  for (const path of [options.json, defaultResultFile(report)]) {
    if (path !== undefined) save(path, report);
  }
  if (report.rows.some((row) => row.verdict === 'failed')) process.exitCode = 1;
}

async function measure(options) {
  const context = await openContext(options);
  const report = {
    schema: 'git-ot.bench.v1',
    started: new Date().toISOString(),
    machine: describeMachine(),
    sessions: {
      source: context.sessions.source,
      files: context.sessions.files.length,
      bytes: context.sessions.bytes,
    },
    load: { before: loadAverage() },
    rows: [],
  };
  try {
    process.stderr.write(renderHeader(report));
    for (const row of options.selected(ROWS)) {
      process.stderr.write(`  ${row.name} ...\n`);
      report.rows.push(await runRow(row, context, options));
    }
    report.load.after = loadAverage();
    return report;
  } finally {
    context.close();
  }
}

function listOfRows() {
  const width = Math.max(...ROWS.map((row) => row.name.length));
  return ROWS.map((row) => `${row.name.padEnd(width)}  ${row.what}\n`).join('');
}

function defaultResultFile({ started }) {
  return join(BENCH, 'results', `${started.replaceAll(':', '-')}.json`);
}

function save(path, report) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  process.stderr.write(`written: ${path}\n`);
}

await main();
