/**
 * Shell command lines as agents write them, cut into simple commands. This is a reading aid and no shell:
 * nothing is expanded, and what it cannot read stays one word.
 */

/**
 * Words of each simple command in the order they end; separators are `;`, `&`, `&&`, `|`, `||` and line ends.
 * Redirections of file descriptors stay one word, braces count only where they stand alone, comments are left
 * out. A substitution is `$()` in its word, and its own commands come before the one it is part of.
 * Arithmetic, lists, function names and the patterns of `case` are no commands.
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
const SEPARATORS: ReadonlySet<string> = new Set([';', '|', '\n']);
/** Words that a command may follow directly. */
const LEADS: ReadonlySet<string> = new Set(['then', 'do', 'else', 'if', 'elif', 'while', 'until', '!', '{']);

/** A line, or what is between two brackets or backticks; `data` is no command. */
interface Frame {
  readonly kind: 'line' | 'substitution' | 'backticks' | 'data';
  words: string[];
  word: string | null;
  quote: '"' | "'" | "$'" | null;
  /** Subshells that are open. */
  depth: number;
  /** Between `[[` and `]]`, where `&&` and `||` separate nothing. */
  test: boolean;
  /** `case` that are open. */
  cases: number;
  /** True before the bracket that ends a pattern of `case`. */
  pattern: boolean;
}

function newFrame(kind: Frame['kind']): Frame {
  return {
    kind,
    words: [],
    word: null,
    quote: null,
    depth: 0,
    test: false,
    cases: 0,
    pattern: false,
  };
}

class CommandReader {
  readonly #commands: string[][] = [];
  readonly #outer: Frame[] = [];
  #frame = newFrame('line');
  #escaped = false;
  #comment = false;
  /** An `&` that ends a command, unless a `>` follows it. */
  #ampersand = false;
  /** The character before; empty after an escaped one. */
  #last = '';
  /** True when what was before the last bracket was recorded as a command. */
  #named = false;

  read(character: string): void {
    const escaped = this.#escaped;
    if (!this.#ampersand || !this.#endAmpersand(character)) this.#readAny(character);
    this.#last = escaped ? '' : character;
  }

  end(): string[][] {
    for (;;) {
      this.#endCommand();
      const outer = this.#outer.pop();
      if (outer === undefined) return this.#commands;
      this.#frame = outer;
    }
  }

  #readAny(character: string): void {
    const { quote } = this.#frame;
    if (this.#comment) this.#readComment(character);
    else if (this.#escaped) this.#readEscaped(character);
    else if (character === '\\' && quote !== "'") this.#escaped = true;
    else if (character === '`' && (quote === null || quote === '"')) this.#readBacktick();
    else if (quote !== null) this.#readQuoted(character);
    else if (character === '"' || character === "'") this.#openQuote(character);
    else this.#readPlain(character);
  }

  #readPlain(character: string): void {
    if (character === '(') this.#openBracket();
    else if (character === ')') this.#closeBracket();
    else if (this.#frame.test && /[&|]/.test(character)) this.#take(character);
    else if (character === '&') this.#readAmpersand();
    else if (character === '#' && this.#frame.word === null) this.#comment = true;
    else if (SEPARATORS.has(character)) this.#readSeparator(character);
    else if (/\s/.test(character)) this.#endWord();
    else this.#take(character);
  }

  #take(text: string): void {
    this.#frame.word = (this.#frame.word ?? '') + text;
  }

  #readComment(character: string): void {
    if (character !== '\n') return;
    this.#comment = false;
    this.#endCommand();
  }

  /** `2>&1` and `<&3` go on behind it. */
  #readAmpersand(): void {
    if (this.#lastIs('<>')) this.#take('&');
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
    const { quote } = this.#frame;
    if (character === quote!.at(-1)) this.#frame.quote = null;
    else if (character === '(' && quote === '"' && this.#last === '$') this.#open('substitution');
    else this.#take(character);
  }

  #openQuote(character: '"' | "'"): void {
    this.#frame.quote = character === "'" && this.#last === '$' ? "$'" : character;
    this.#frame.word ??= '';
  }

  /** `;;` ends a branch of `case`. */
  #readSeparator(character: string): void {
    this.#endCommand();
    if (character === ';' && this.#last === ';') this.#frame.pattern = this.#frame.cases > 0;
  }

  #readBacktick(): void {
    if (this.#frame.kind === 'backticks') this.#close('$()');
    else this.#open('backticks');
  }

  /** Of a substitution; of arithmetic (`((`), a list (`a=(`) or a pattern (`@(`); else of a subshell. */
  #openBracket(): void {
    const { kind, words, word, test } = this.#frame;
    const isSecond = this.#last === '(' && words.length === 0 && word === null;
    this.#named = false;
    if (this.#lastIs('$<>')) this.#open('substitution');
    else if (kind === 'data' || test || isSecond || this.#lastIs('=@?*+!')) this.#open('data');
    else {
      this.#named = this.#endCommand();
      this.#frame.depth += 1;
    }
  }

  #closeBracket(): void {
    const { kind, depth, pattern } = this.#frame;
    const isNested = kind === 'substitution' || kind === 'data';
    // `name()` defines a function and runs nothing.
    if (this.#last === '(' && this.#named) this.#commands.pop();
    if (depth === 0 && isNested && !pattern && !isCase(this.#frame.words)) {
      this.#close('()');
      return;
    }
    this.#endCommand();
    this.#frame.depth = Math.max(0, depth - 1);
    this.#frame.pattern = false;
  }

  #open(kind: Frame['kind']): void {
    this.#outer.push(this.#frame);
    this.#frame = newFrame(kind);
  }

  #close(shown: string): void {
    this.#endCommand();
    this.#frame = this.#outer.pop()!;
    this.#take(shown);
  }

  #lastIs(characters: string): boolean {
    return this.#last !== '' && characters.includes(this.#last);
  }

  #endWord(): void {
    const { word, words } = this.#frame;
    this.#frame.word = null;
    if (word === null) return;
    if (word === '[[' && firstOf(words) === undefined) this.#frame.test = true;
    if (word === ']]') this.#frame.test = false;
    words.push(word);
  }

  /** True when there was one. */
  #endCommand(): boolean {
    this.#endWord();
    const frame = this.#frame;
    const start = frame.words.findIndex((word) => word !== '{' && word !== '}');
    const words = start < 0 ? [] : frame.words.slice(start);
    frame.words = [];
    frame.test = false;
    if (words[0] === 'esac') return this.#endCase();
    if (words.length === 0 || frame.pattern || frame.kind === 'data') return false;
    this.#commands.push(words);
    if (isCase(words)) {
      frame.cases += 1;
      frame.pattern = true;
    }
    return true;
  }

  #endCase(): false {
    this.#frame.cases = Math.max(0, this.#frame.cases - 1);
    this.#frame.pattern = false;
    return false;
  }
}

/** The word that names what a command does; undefined when there is none yet. */
function firstOf(words: readonly string[]): string | undefined {
  return words.find((word) => !LEADS.has(word));
}

function isCase(words: readonly string[]): boolean {
  return firstOf(words) === 'case';
}
