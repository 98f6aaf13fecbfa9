/** DESIGN §9 as data: what every file under `src/` may import and touch. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What everyone may use: no domain, and of git its ports and what stands beside them, no implementation. */
const COMMON = ['base', 'record', 'git/*'];

/** Folders, or single files, that each folder may import besides {@link COMMON} and itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  record: ['base'],
  git: ['base'],
  security: [],
  bucket: ['security'],
  trail: ['bucket', 'catalog'],
  context: ['bucket'],
  catalog: ['bucket'],
  trace: ['bucket', 'catalog', 'trail', 'context'],
  capture: ['security', 'bucket', 'trail', 'context'],
  sync: ['security', 'bucket', 'capture'],
  route: ['security', 'bucket'],
  capsule: ['security', 'bucket', 'trace', 'trail', 'context'],
  dataset: ['security', 'bucket', 'trace', 'trail', 'context', 'route'],
  episode: ['security', 'bucket', 'trace', 'dataset'],
  remote: [],
  web: ['trace', 'trail', 'context', 'capsule', 'dataset'],
};
/** Folders to which {@link COMMON} does not apply. */
const STRICT: ReadonlySet<string> = new Set(['base', 'record', 'git']);
/** The composition root: everything. */
const FREE: ReadonlySet<string> = new Set(['cli']);

/** Packages, and node's own modules of consequence, by the files that may import them (prefix or exact). */
const MODULES: ReadonlyArray<readonly [module: RegExp, files: readonly string[]]> = [
  [/^clipanion(\/|$)/, ['cli/']],
  [/^isomorphic-git$/, ['git/isomorphic/']],
  [/^libsql$/, ['base/sqlite.ts']],
  [/^fzstd$/, ['capture/shared/zstd.ts']],
  [/^jsonc-parser$/, ['capture/live/setup/']],
  [/^zod\/mini$/, ['record/', 'bucket/', 'sync/', 'git/', 'security/', 'capture/']],
  [
    /^node:child_process$/,
    [
      'git/',
      'dataset/run-workflow.ts',
      'capsule/run-tests.ts',
      'capture/drain-starter.ts',
      // Detectors that are programs; the rest of security/ stays pure.
      'security/external/run-program.ts',
    ],
  ],
  [/^node:(http|https|http2|net|tls|dgram|dns)(\/|$)/, ['remote/', 'web/', 'capture/receiver.ts']],
  [
    /^node:(assert|async_hooks|buffer|crypto|events|fs|module|os|path|readline|stream|string_decoder|timers|tty|url|util|vm|worker_threads|zlib)(\/|$)/,
    [''],
  ],
];

/** Global effects by the files that may use them. Keys are member expressions, calls or constructions. */
const EFFECTS: ReadonlyArray<readonly [effect: string, files: readonly string[]]> = [
  ['process.env', ['cli/app.ts', 'cli/code-cache.ts']],
  ['process.cwd', ['cli/app.ts']],
  ['process.argv', ['cli/main.ts']],
  ['process.exit', ['cli/']],
  ['process.exitCode', ['cli/']],
  ['process.stdin', ['cli/']],
  ['process.stdout', ['cli/']],
  ['process.stderr', ['cli/']],
  ['console', []],
  ['homedir', ['cli/app.ts']],
  ['hostname', ['cli/machine.ts']],
  ['Date.now', ['cli/app.ts']],
  ['new Date()', ['cli/app.ts']],
  ['performance', []],
  ['process.hrtime', []],
  ['randomBytes', ['cli/app.ts']],
  ['randomUUID', ['cli/app.ts']],
  ['randomInt', ['cli/app.ts']],
  ['Math.random', []],
  ['fetch', ['remote/']],
  ['eval', []],
  ['new Function', []],
];

const LINE_LIMIT = 400;

/** Syntax that names another module. */
const CARRIERS: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

interface SourceFile {
  /** Path below `src/`, with forward slashes. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly program: Node;
  /** Specifiers of static and dynamic imports and of re-exports. */
  readonly imports: readonly string[];
  /** Those of them that are types only. */
  readonly typeImports: readonly string[];
}

type Node = { readonly type: string; readonly [key: string]: unknown };

const FILES = listSources(join(ROOT, 'src')).map(readSource);

describe('layers', () => {
  it('finds the sources', () => {
    expect(FILES.length).toBeGreaterThan(20);
    expect(FILES.map((file) => file.path)).toContain('cli/main.ts');
  });

  it('sees every kind of import and effect', () => {
    const text = `import a from './a.ts'; export * from './b.ts'; import type { c } from './c.ts';
      const d = await import('./d.ts'); process.env.X; new Date(); new Date(1); Date.now(); /* console.log() */`;
    const file = parse('bucket/x.ts', text);
    expect(file.imports).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts']);
    expect(effectsOf(file)).toEqual(['process.env', 'new Date()', 'Date.now']);
    expect(violations(parse('bucket/x.ts', `import '../cli/app.ts'; import '../security/seal.ts';`))).toEqual(
      ['bucket/x.ts imports cli/app.ts'],
    );
    expect(violations(parse('base/x.ts', `import '../record/trace.ts';`))).toHaveLength(1);
    expect(violations(parse('git/x.ts', `import '../record/trace.ts';`))).toHaveLength(1);
    expect(violations(parse('trace/x.ts', `import { a } from '../git/program/refs.ts';`))).toHaveLength(1);
    expect(violations(parse('trace/x.ts', `import type { a } from '../git/program/refs.ts';`))).toEqual([]);
    expect(violations(parse('trace/x.ts', `let a: import('../sync/push.ts').B;`))).toHaveLength(1);
    expect(
      moduleViolations(parse('trace/x.ts', `import 'zod'; import 'fs'; import 'clipanion';`)),
    ).toHaveLength(3);
  });

  it('imports only what the table allows', () => {
    expect(FILES.flatMap(violations)).toEqual([]);
  });

  it('uses packages and modules of node only where they belong', () => {
    expect(FILES.flatMap(moduleViolations)).toEqual([]);
  });

  it('keeps environment, clock, randomness, output and network in their places', () => {
    expect(FILES.flatMap(effectViolations)).toEqual([]);
  });

  it('makes Sealed values only in security/seal.ts', () => {
    const makers = FILES.filter((file) => castsTo(file.program, 'Sealed')).map((file) => file.path);
    expect(makers.filter((path) => path !== 'security/seal.ts')).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(findCycle()).toEqual([]);
  });

  it(`has no file over ${LINE_LIMIT} lines`, () => {
    const long = FILES.filter((file) => file.text.split('\n').length - 1 > LINE_LIMIT);
    expect(long.map((file) => file.path)).toEqual([]);
  });
});

function violations(file: SourceFile): string[] {
  if (FREE.has(file.folder)) return [];
  const rule = MAY_IMPORT[file.folder];
  if (rule === undefined) return [`${file.path} lies in no folder of the table`];
  const allowed = [file.folder, ...(STRICT.has(file.folder) ? [] : COMMON), ...rule];
  const types = new Set(file.typeImports.map((name) => resolveImport(file, name)));
  return relativeImports(file)
    .filter((target) => !(types.has(target) && target.startsWith('git/') && allowed.includes('git/*')))
    .filter((target) => !allowed.some((part) => covers(part, target)))
    .map((target) => `${file.path} imports ${target}`);
}

/** `part` is a file, a folder with all below it, or `folder/*` for the files right in it. */
function covers(part: string, target: string): boolean {
  if (part.endsWith('/*')) return posix.dirname(target) === part.slice(0, -2);
  return target === part || target.startsWith(`${part}/`);
}

function moduleViolations(file: SourceFile): string[] {
  return file.imports
    .filter((name) => !name.startsWith('.') && !(name.startsWith('node:') && file.typeImports.includes(name)))
    .filter((name) => !MODULES.some(([module, files]) => module.test(name) && isAmong(file, files)))
    .map((name) => `${file.path} imports ${name}`);
}

function effectViolations(file: SourceFile): string[] {
  return effectsOf(file)
    .filter((effect) => !EFFECTS.some(([name, files]) => name === effect && isAmong(file, files)))
    .map((effect) => `${file.path} uses ${effect}`);
}

function isAmong(file: SourceFile, files: readonly string[]): boolean {
  return files.some((prefix) =>
    prefix.endsWith('.ts') ? file.path === prefix : file.path.startsWith(prefix),
  );
}

/** Imports of our own files, as paths below `src/`. */
function relativeImports(file: SourceFile): string[] {
  return file.imports.filter((name) => name.startsWith('.')).map((name) => resolveImport(file, name));
}

function resolveImport(file: SourceFile, name: string): string {
  return posix.normalize(posix.join(posix.dirname(file.path), name));
}

/** Names of {@link EFFECTS} that the file uses, in order of appearance. */
function effectsOf(file: SourceFile): string[] {
  const known = new Set(EFFECTS.map(([name]) => name));
  const found: string[] = [];
  walk(file.program, (node) => {
    const name = effectName(node);
    if (name !== null && known.has(name)) found.push(name);
  });
  return found;
}

function effectName(node: Node): string | null {
  if (node.type === 'MemberExpression') {
    const property = node.property as Node;
    const object = node.object as Node;
    if (isName(object, 'console') || isName(object, 'performance')) return object.name as string;
    const key = property.type === 'Literal' ? property.value : property.name;
    return object.type === 'Identifier' ? `${object.name}.${key}` : null;
  }
  if (node.type === 'NewExpression') {
    const callee = node.callee as Node;
    if (isName(callee, 'Date')) return (node.arguments as unknown[]).length === 0 ? 'new Date()' : null;
    return isName(callee, 'Function') ? 'new Function' : null;
  }
  if (node.type === 'CallExpression') return ((node.callee as Node).name as string | undefined) ?? null;
  return null;
}

function isName(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

/** True when the file asserts a value to be of the generic type `name`. */
function castsTo(program: Node, name: string): boolean {
  let found = false;
  walk(program, (node) => {
    if (node.type !== 'TSAsExpression' && node.type !== 'TSTypeAssertion') return;
    walk(node.typeAnnotation as Node, (part) => {
      if (part.type === 'TSTypeReference' && isName(part.typeName as Node, name)) found = true;
    });
  });
  return found;
}

/** One import cycle as a list of paths, or nothing. Types count too: a cycle of types is a cycle of ideas. */
function findCycle(): readonly string[] {
  const graph = new Map(FILES.map((file) => [file.path, relativeImports(file)]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  return [...graph.keys()].map((path) => visit(path, [])).find((cycle) => cycle.length > 0) ?? [];
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if (typeof (node as Node).type === 'string') visit(node as Node);
  for (const value of Object.values(node)) walk(value, visit);
}

function listSources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readSource(path: string): SourceFile {
  const below = relative(join(ROOT, 'src'), path).split(sep).join('/');
  return parse(below, readFileSync(path, 'utf8'));
}

function parse(path: string, text: string): SourceFile {
  const result = parseSync(path, text, { lang: 'ts' });
  if (result.errors.length > 0) throw new Error(`${path}: ${result.errors[0]?.message}`);
  const program = result.program as unknown as Node;
  return { path, folder: path.split('/')[0]!, text, program, ...importsOf(program) };
}

function importsOf(program: Node): Pick<SourceFile, 'imports' | 'typeImports'> {
  const imports: string[] = [];
  const typeImports: string[] = [];
  walk(program, (node) => {
    const source = CARRIERS.has(node.type) ? (node.source as Node | null) : null;
    if (source === null) return;
    imports.push(source.value as string);
    if (node.importKind === 'type' || node.type === 'TSImportType') typeImports.push(source.value as string);
  });
  return { imports, typeImports: typeImports.filter((name) => isTypeOnly(program, name)) };
}

/** False when another statement of the file imports values from the same place. */
function isTypeOnly(program: Node, name: string): boolean {
  let values = false;
  walk(program, (node) => {
    const source = CARRIERS.has(node.type) ? (node.source as Node | null) : null;
    if (source?.value === name && node.importKind !== 'type' && node.type !== 'TSImportType') values = true;
  });
  return !values;
}
