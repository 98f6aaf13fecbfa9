import { describe, expect, it } from 'vitest';
import { effectiveCommand, simpleCommands } from '../../src/record/shell-command.ts';

describe('simpleCommands', () => {
  it.each([
    ['cd a && npm test 2>&1 | tail -5', [['cd', 'a'], ['npm', 'test', '2>'], ['1'], ['tail', '-5']]],
    [
      `git commit -m "a && b" ; x 'it;s' y\\ z`,
      [
        ['git', 'commit', '-m', 'a && b'],
        ['x', 'it;s', 'y z'],
      ],
    ],
    [`cat > f <<'EOF'\npytest\nEOF\nls`, [['cat', '>', 'f', '<<EOF'], ['ls']]],
    ['cat <<-END\n\tmake test\n\tEND', [['cat', '<<-END']]],
    ['grep <<< "pytest" x', [['grep', '<<<', 'pytest', 'x']]],
    ['a \\\n b', [['a', 'b']]],
    ['echo "no end', [['echo', 'no end']]],
    ['', []],
  ])('%j', (line, expected) => {
    expect(simpleCommands(line)).toEqual(expected);
  });

  it('stays linear on what never closes', () => {
    const started = Date.now();
    simpleCommands('<<'.repeat(200_000));
    simpleCommands('"\'\\'.repeat(200_000));
    expect(Date.now() - started).toBeLessThan(1000);
  });
});

describe('effectiveCommand', () => {
  it.each([
    ['CI=1 sudo -E timeout 30s /usr/bin/pytest -q', ['pytest', '-q']],
    ['npx --yes vitest run', ['vitest', 'run']],
    ['uv run pytest', ['pytest']],
    ['time', ['']],
  ])('%j', (line, expected) => {
    expect(effectiveCommand(line.split(' '))).toEqual(expected);
  });
});
