/** What a simple command runs, behind assignments and the programs that only run others. */

/** Programs that run the program named after their own options. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'sudo',
  'time',
  'nice',
  'env',
  'command',
  'exec',
  'nohup',
  'timeout',
  'xvfb-run',
  'npx',
  'bunx',
  'pnpx',
  'then',
  'do',
  'else',
  'if',
  'elif',
  'while',
  'until',
  '{',
  '!',
]);
/** Two words that do the same. */
const WRAPPING_PAIRS: ReadonlySet<string> = new Set([
  'uv run',
  'poetry run',
  'pipenv run',
  'rye run',
  'hatch run',
  'pdm run',
  'pnpm exec',
  'npm exec',
  'yarn exec',
  'yarn dlx',
  'pnpm dlx',
  'bundle exec',
  'nix run',
  'mise exec',
]);

/** Options of wrappers whose value is the next word. */
const VALUED: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    ['sudo', '-u -g -h -p -C -D -R -T -U --user --group --host --prompt'],
    ['env', '-u -C --unset --chdir'],
    ['nice', '-n --adjustment'],
    ['timeout', '-s -k --signal --kill-after'],
    ['time', '-f -o --format --output'],
    ['exec', '-a'],
    ['npx', '-p --package'],
    ['xvfb-run', '-e -f -n -p -s -w --server-args --server-num'],
    ['uv run', '-p --with --python --extra --group --project --directory --env-file --with-requirements'],
    ['nix run', '-f --file --inputs-from'],
    ['npm exec', '-p --package'],
  ].map(([wrapper, options]) => [wrapper!, new Set(options!.split(' '))]),
);
/** `command -v` only asks where a program is. */
const LOOKUP = /^-[pvV]*[vV][pvV]*$/;

const REDIRECTION = /^(?:\d|&)?[<>]/;

/** The command a simple command runs in the end, without assignments, redirections, wrappers and the program's folder. */
export function effectiveCommand(words: readonly string[]): readonly string[] {
  let rest = words;
  for (;;) {
    const [first = '', second = ''] = rest;
    if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(first)) rest = rest.slice(1);
    else if (WRAPPING_PAIRS.has(`${first} ${second}`))
      rest = afterOptions(`${first} ${second}`, rest.slice(2));
    else if (first === 'command' && LOOKUP.test(second)) return rest;
    else if (WRAPPERS.has(first)) rest = afterOptions(first, rest.slice(1));
    else if (REDIRECTION.test(first)) rest = rest.slice(first.endsWith('>') || first.endsWith('<') ? 2 : 1);
    else return [programName(first), ...rest.slice(1)];
  }
}

/** Words of the shell itself that begin or end a compound command. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'for select case in esac fi do done then else function coproc'.split(' '),
);

/** Name of the program a simple command runs; null when it runs none, or one whose name only the shell knows. */
export function commandFamily(words: readonly string[]): string | null {
  const [program = ''] = effectiveCommand(words);
  const isName = /^[A-Za-z0-9_.][\w.-]*\+{0,2}$/.test(program) && /[A-Za-z]/.test(program);
  return isName && !KEYWORDS.has(program) ? program : null;
}

/** Without the options of a wrapper and their values, and the time `timeout` and `nice` take. */
function afterOptions(wrapper: string, words: readonly string[]): readonly string[] {
  const valued = VALUED.get(wrapper);
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at]!;
    if (valued?.has(word)) at += 1;
    else if (!word.startsWith('-') && !/^\d+(\.\d+)?[smhd]?$/.test(word)) break;
  }
  return words.slice(at);
}

function programName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1).replace(/\.(exe|cmd|bat)$/i, '');
}
