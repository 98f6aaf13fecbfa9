/**
 * Shell command lines as agents write them, cut into simple commands. This is a reading aid and no shell:
 * nothing is expanded, and what it cannot read stays one word.
 */

/**
 * Words of each simple command, in order; separators are `;`, `&`, `&&`, `|`, `||` and line ends. Redirections
 * of file descriptors stay one word, braces count only where they stand alone, comments are left out.
 */
export function simpleCommands(line: string): string[][] {
  const reader = new CommandReader();
  for (const character of withoutHereDocuments(line.slice(0, MAX_LENGTH))) reader.read(character);
  return reader.end();
}

/** A here-document's lines are data, even where they look like commands. */
function withoutHereDocuments(text: string): string {
  if (!text.includes('<<')) return text;
  let end: string | null = null;
  const kept: string[] = [];
  for (const line of text.split('\n')) {
    if (end !== null) {
      if (line.trim() === end) end = null;
      continue;
    }
    kept.push(line);
    end =
      /(?<!<)<<-? ?(?:'([\w.-]{1,80})'|"([\w.-]{1,80})"|\\?([\w.-]{1,80}))/
        .exec(line)
        ?.slice(1)
        .find(Boolean) ?? null;
  }
  return kept.join('\n');
}

const MAX_LENGTH = 20_000;
const SEPARATORS: ReadonlySet<string> = new Set([';', '&', '|', '\n', '(', ')']);

class CommandReader {
  readonly #commands: string[][] = [];
  #words: string[] = [];
  #word: string | null = null;
  #quote: string | null = null;
  #escaped = false;
  #comment = false;
  /** An `&` that ends a command, unless a `>` follows it. */
  #ampersand = false;

  read(character: string): void {
    if (this.#ampersand && this.#endAmpersand(character)) return;
    if (this.#comment) this.#readComment(character);
    else if (this.#escaped) this.#readEscaped(character);
    else if (character === '\\' && this.#quote !== "'") this.#escape();
    else if (this.#quote !== null) this.#readQuoted(character);
    else if (character === '"' || character === "'") this.#openQuote(character);
    else if (character === '&') this.#readAmpersand();
    else if (character === '#' && this.#word === null) this.#comment = true;
    else if (SEPARATORS.has(character)) this.#endCommand();
    else if (/\s/.test(character)) this.#endWord();
    else this.#take(character);
  }

  end(): string[][] {
    this.#endCommand();
    return this.#commands;
  }

  #take(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #escape(): void {
    this.#escaped = true;
  }

  #readComment(character: string): void {
    if (character !== '\n') return;
    this.#comment = false;
    this.#endCommand();
  }

  /** `2>&1` and `<&3` go on behind it. */
  #readAmpersand(): void {
    if (this.#word !== null && /[<>]$/.test(this.#word)) this.#take('&');
    else this.#ampersand = true;
  }

  /** True when it began a redirection, `&>`. */
  #endAmpersand(next: string): boolean {
    this.#ampersand = false;
    if (next === '>') {
      this.#endWord();
      this.#take('&>');
    } else this.#endCommand();
    return next === '>';
  }

  /** An escaped line end is none. */
  #readEscaped(character: string): void {
    this.#escaped = false;
    if (character !== '\n') this.#take(character);
  }

  #readQuoted(character: string): void {
    if (character === this.#quote) this.#quote = null;
    else this.#take(character);
  }

  #openQuote(character: string): void {
    this.#quote = character;
    this.#word ??= '';
  }

  #endWord(): void {
    if (this.#word !== null) this.#words.push(this.#word);
    this.#word = null;
  }

  #endCommand(): void {
    this.#endWord();
    const start = this.#words.findIndex((word) => word !== '{' && word !== '}');
    if (start >= 0) this.#commands.push(this.#words.slice(start));
    this.#words = [];
  }
}

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

const REDIRECTION = /^(?:\d|&)?[<>]/;

/** The command a simple command runs in the end, without assignments, redirections, wrappers and the program's folder. */
export function effectiveCommand(words: readonly string[]): readonly string[] {
  let rest = words;
  for (;;) {
    const [first = '', second = ''] = rest;
    if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(first)) rest = rest.slice(1);
    else if (WRAPPING_PAIRS.has(`${first} ${second}`)) rest = afterOptions(rest.slice(2));
    else if (WRAPPERS.has(first)) rest = afterOptions(rest.slice(1));
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

/** Options of a wrapper, and the time `timeout` and `nice` take. */
function afterOptions(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !word.startsWith('-') && !/^\d+(\.\d+)?[smhd]?$/.test(word));
  return start < 0 ? [] : words.slice(start);
}

function programName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1).replace(/\.(exe|cmd|bat)$/i, '');
}
