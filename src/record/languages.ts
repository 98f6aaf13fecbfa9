/** Programming languages by file name. */

interface Language {
  readonly name: string;
  /** Where its packages come from; null when there is no such place of its own. */
  readonly ecosystem: string | null;
}

const LANGUAGES: ReadonlyArray<readonly [name: string, ecosystem: string | null, extensions: string]> = [
  ['TypeScript', 'npm', 'ts tsx mts cts'],
  ['JavaScript', 'npm', 'js jsx mjs cjs'],
  ['Vue', 'npm', 'vue'],
  ['Svelte', 'npm', 'svelte'],
  ['Python', 'pypi', 'py pyi pyx ipynb'],
  ['Go', 'go', 'go'],
  ['Rust', 'cargo', 'rs'],
  ['Java', 'maven', 'java'],
  ['Kotlin', 'maven', 'kt kts'],
  ['Scala', 'maven', 'scala sbt'],
  ['Ruby', 'gem', 'rb rake gemspec'],
  ['PHP', 'composer', 'php'],
  ['C#', 'nuget', 'cs'],
  ['F#', 'nuget', 'fs fsx'],
  ['C', null, 'c h'],
  ['C++', null, 'cc cpp cxx hh hpp hxx'],
  ['Objective-C', null, 'm mm'],
  ['Swift', 'swiftpm', 'swift'],
  ['Dart', 'pub', 'dart'],
  ['Elixir', 'hex', 'ex exs'],
  ['Erlang', 'hex', 'erl hrl'],
  ['Haskell', 'hackage', 'hs'],
  ['OCaml', 'opam', 'ml mli'],
  ['Clojure', 'clojars', 'clj cljs cljc edn'],
  ['Lua', 'luarocks', 'lua'],
  ['Perl', 'cpan', 'pl pm'],
  ['R', 'cran', 'r rmd'],
  ['Julia', 'julia', 'jl'],
  ['Zig', null, 'zig'],
  ['Nix', null, 'nix'],
  ['Shell', null, 'sh bash zsh fish'],
  ['PowerShell', null, 'ps1 psm1'],
  ['SQL', null, 'sql'],
  ['HTML', null, 'html htm'],
  ['CSS', null, 'css scss sass less'],
  ['Terraform', null, 'tf tfvars'],
];

const BY_EXTENSION: ReadonlyMap<string, Language> = new Map(
  LANGUAGES.flatMap(([name, ecosystem, extensions]) =>
    extensions.split(' ').map((extension) => [extension, { name, ecosystem }] as const),
  ),
);
const BY_NAME: ReadonlyMap<string, Language> = new Map([
  ['dockerfile', { name: 'Dockerfile', ecosystem: null }],
  ['makefile', { name: 'Makefile', ecosystem: null }],
  ['gemfile', { name: 'Ruby', ecosystem: 'gem' }],
  ['rakefile', { name: 'Ruby', ecosystem: 'gem' }],
]);

/** The language of a file by its name; null for data, prose and what is not known. */
export function languageOf(path: string): Language | null {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  return BY_NAME.get(name) ?? (dot > 0 ? (BY_EXTENSION.get(name.slice(dot + 1)) ?? null) : null);
}
