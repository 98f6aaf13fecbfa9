/** What a command line may do to files. */
import { describe, expect, it } from 'vitest';
import { effectOfCommand } from '../../src/record/command-effect.ts';

function shown(line: string): string {
  const { writes, brings, commits } = effectOfCommand(line);
  return [writes && 'writes', brings && 'brings', commits && 'commits'].filter(Boolean).join(' ');
}

describe('what a command line may do to files', () => {
  it.each([
    ['ls -la && git status | head -5', ''],
    ['grep -rn "a > b" src 2>/dev/null >&2', ''],
    ["sed -n '1,20p' a.ts", ''],
    ["sed -i 's/a/b/' a.ts", 'writes'],
    ["cat > a.ts <<'END'\ngit checkout x\nEND", 'writes'],
    ['cat <<END >>a.ts\nx\nEND', 'writes'],
    ['npx prettier --write src', 'writes'],
    ['find . -name "*.ts" -exec sed -i s/a/b/ {} +', 'writes'],
    ["find . -name '*.ts' | xargs grep -l x", ''],
    ['git add -A && git commit -qm "x > y"', 'commits'],
    ['git -C /w commit -m x', 'commits'],
    ['make gen && git commit -am gen', 'writes commits'],
    ['git stash pop', 'writes brings'],
    ['cd src; git -c core.x=y checkout HEAD -- a.ts', 'writes brings'],
    ["bash -lc 'git pull --rebase'", 'writes brings'],
    ['git mv a b', 'writes brings'],
    ['mv notes.txt d/notes.txt', 'writes brings'],
    ['cp a b && make', 'writes brings'],
    ['cat u.txt base.txt > cat.txt', 'writes brings'],
    ['head -n 10 big.txt >h1.txt', 'writes brings'],
    ['sed -n 20,25p big.txt >> base.txt', 'writes brings'],
    ['cat < a > b', 'writes brings'],
    ['git show HEAD:a | tee b', 'writes brings'],
    ['echo x | sed s/x/y/ > b', 'writes'],
    ['cat <<-END | tee b\nx\nEND', 'writes'],
    ['curl -o a https://example.invalid', 'writes brings'],
    ['git frobnicate', 'writes brings'],
    ['patch -p1 <x.diff', 'writes brings'],
    ['', ''],
  ])('%s', (line, effect) => {
    expect(shown(line)).toBe(effect);
  });
});
