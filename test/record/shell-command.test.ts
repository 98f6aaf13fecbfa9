import { describe, expect, it } from 'vitest';
import { commandFamily, effectiveCommand, simpleCommands } from '../../src/record/shell-command.ts';

describe('simpleCommands', () => {
  it.each([
    [
      'cd a && npm test 2>&1 | tail -5',
      [
        ['cd', 'a'],
        ['npm', 'test', '2>&1'],
        ['tail', '-5'],
      ],
    ],
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

describe('commandFamily', () => {
  it.each([
    ['npm test 2>&1 | tail -5 &> log & ls', ['npm', 'tail', 'ls']],
    ['find . -name x -exec grep -l y {} \\; | wc -l', ['find', 'wc']],
    ['for f in a b; do cat "$f"; done > out # all, of; them', ['cat']],
    ["# it's a comment\nmake x#y", ['make']],
    ['while read -r line; do { echo "$line"; }; done', ['read', 'echo']],
    ['if [ -f x ]; then $RUN y; elif ./z.sh; then g++ a; fi', ['z.sh', 'g++']],
    ['cat <<EOF && 2>/dev/null 1\nx\nEOF', ['cat']],
    ['echo $((1 + 2))', ['echo']],
  ])('%j', (line, expected) => {
    expect(simpleCommands(line).flatMap((words) => commandFamily(words) ?? [])).toEqual(expected);
  });
});
