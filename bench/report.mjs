// The report as text.

export function renderHeader({ machine, sessions, load }) {
  const { processors, model, node, git, platform } = machine;
  return [
    `git-ot benchmark: ${processors} x ${model}, ${platform}, node ${node}, git ${git}`,
    `sessions: ${sessions.files} files, ${(sessions.bytes / 1e6).toFixed(1)} MB, ${sessions.source}`,
    `load: ${load.before.join(' ')}${load.before[0] > processors / 2 ? ' (busy: expect noise)' : ''}`,
    '',
  ].join('\n');
}

const HEAD = ['row', 'measured', 'reference', 'ratio', 'bar', '', 'against'];

/** One line per row: medians, ratio of medians, bar and verdict. */
export function renderTable(rows) {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => pad(cell, widths[column], column))
      .join('  ')
      .trimEnd(),
  );
  const notes = rows.filter((row) => row.note !== '').map((row) => `${row.name}: ${row.note}`);
  return `\n${[...table, '', ...notes].join('\n')}\n`;
}

function cells(row) {
  return [
    row.name,
    row.subject === undefined ? '-' : amount(row.subject.median, row.unit),
    row.reference_time === undefined ? '-' : amount(row.reference_time.median, 'ms'),
    row.ratio == null ? '-' : `${row.ratio.toFixed(2)}x`,
    barText(row),
    row.verdict,
    row.reference ?? '',
  ];
}

function barText({ bar, unit, reference }) {
  if (bar === null) return '';
  return unit === 'ms' && reference !== null ? `${bar.toFixed(1)}x` : `${bar} ${unit}`;
}

function amount(value, unit) {
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
}

function pad(cell, width, column) {
  return column >= 1 && column <= 4 ? cell.padStart(width) : cell.padEnd(width);
}
