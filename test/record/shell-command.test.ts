import { describe, expect, it } from 'vitest';
import { commandFamily, effectiveCommand } from '../../src/record/command-family.ts';
import { simpleCommands } from '../../src/record/shell-command.ts';

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
    [
      'tmp=$(mktemp).md; cp "$(npm root -g)/x/dark.json" `pwd`/y',
      [['mktemp'], ['tmp=$().md'], ['npm', 'root', '-g'], ['pwd'], ['cp', '$()/x/dark.json', '$()/y']],
    ],
    [
      'git commit -m "$(cat <<\'EOF\'\nrm -rf x; make\nEOF\n)"',
      [
        ['cat', '<<EOF'],
        ['git', 'commit', '-m', '$()'],
      ],
    ],
    [`printf $'it\\'s; make all\\n' x`, [['printf', "$it's; make alln", 'x']]],
    ['echo "\\$(make) (a; b)"', [['echo', '$(make) (a; b)']]],
  ])('%j', (line, expected) => {
    expect(simpleCommands(line)).toEqual(expected);
  });

  it('stays linear on what never closes', () => {
    const started = Date.now();
    simpleCommands('<<'.repeat(200_000));
    simpleCommands('"\'\\'.repeat(200_000));
    simpleCommands('$(`(a=([[ case '.repeat(20_000));
    expect(Date.now() - started).toBeLessThan(1000);
  });
});

describe('effectiveCommand', () => {
  it.each([
    ['CI=1 sudo -E timeout 30s /usr/bin/pytest -q', ['pytest', '-q']],
    ['npx --yes vitest run', ['vitest', 'run']],
    ['uv run pytest', ['pytest']],
    ['time', ['']],
    ['command -v rg', ['command', '-v', 'rg']],
    ['command -p ls -l', ['ls', '-l']],
    ['sudo -u postgres -E nice -n 5 psql -l', ['psql', '-l']],
    ['uv run --with httpx --python 3.12 pytest -q', ['pytest', '-q']],
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
    ['command -v rg >/dev/null || (cd x && cargo install rg)', ['command', 'cd', 'cargo']],
    ['tmp=$(mktemp).md; cp $(npm root -g)/x/dark.json .', ['mktemp', 'npm', 'cp']],
    [`printf $'don\\'t; run me' | wc`, ['printf', 'wc']],
    ['files=(a.md b.md $(ls)); diff <(sort a) <(uniq b)', ['ls', 'sort', 'uniq', 'diff']],
    ['for ((i=0; i<3; i++)); do ((n++)); ls; done', ['ls']],
    [
      'case $x in\n a|b) make;;\n (c) ls;; *) x=$(case y in z) cat;; esac);; esac; wc',
      ['make', 'ls', 'cat', 'wc'],
    ],
    ['if [[ $a =~ ^(x|y)$ && b || c ]]; then ls; fi', ['ls']],
    ['build() { make; }; build && ((1)) ; (ls)', ['make', 'build', 'ls']],
  ])('%j', (line, expected) => {
    expect(simpleCommands(line).flatMap((words) => commandFamily(words) ?? [])).toEqual(expected);
  });
});
