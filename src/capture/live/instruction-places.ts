/** Where agents look for instruction files by themselves: well-known names only, nothing that a file names. */
import { dirname, join } from 'node:path';

export interface InstructionPlace {
  readonly path: string;
  readonly scope: 'user' | 'project';
  /** Folder that a link at this path may not lead out of. */
  readonly within: string;
}

/** What an agent reads at a start, as far as names tell. */
interface Names {
  /** In the agent's own folder. */
  readonly user: readonly string[];
  /** In the session's folder and those above it; `all` of them, or up to the `top` of the work tree. */
  readonly each: readonly string[];
  readonly above: 'all' | 'top';
}

const NAMES: ReadonlyMap<string, Names> = new Map<string, Names>([
  [
    'claude-code',
    { user: ['CLAUDE.md'], each: ['CLAUDE.md', '.claude/CLAUDE.md', 'CLAUDE.local.md'], above: 'all' },
  ],
  [
    'codex-cli',
    { user: ['AGENTS.override.md', 'AGENTS.md'], each: ['AGENTS.override.md', 'AGENTS.md'], above: 'top' },
  ],
  ['gemini-cli', { user: ['GEMINI.md'], each: ['GEMINI.md'], above: 'top' }],
  ['opencode', { user: ['AGENTS.md'], each: ['AGENTS.md', 'CLAUDE.md'], above: 'top' }],
  ['pi', { user: ['AGENTS.md', 'CLAUDE.md'], each: ['AGENTS.md', 'CLAUDE.md'], above: 'all' }],
  [
    'copilot-cli',
    {
      user: ['copilot-instructions.md'],
      each: ['.github/copilot-instructions.md', 'AGENTS.md', 'CLAUDE.md', 'GEMINI.md'],
      above: 'top',
    },
  ],
]);

/** Folders above a session's that are looked at. */
const MOST_FOLDERS = 32;

export interface StartPlace {
  readonly agent: string;
  /** Folder the session runs in, absolute; null when it is not known. */
  readonly cwd: string | null;
  /** Top of the work tree around `cwd`. */
  readonly top: string | null;
  /** Folder in which the agent keeps what is the person's. */
  readonly userFolder: string | null;
  /** The person's home folder. */
  readonly home: string;
  /** The session's log. */
  readonly transcript: string | null;
}

/** Paths in the order the agent reads them: the person's first, then from the outermost folder inwards. */
export function instructionPlaces(start: StartPlace): InstructionPlace[] {
  const names = NAMES.get(start.agent);
  if (names === undefined) return [];
  const { userFolder, home, cwd, top } = start;
  const folders = cwd === null ? [] : foldersTo(cwd, names.above === 'all' ? '/' : (top ?? cwd));
  const within = (folder: string): string => (top !== null && isBelow(folder, top) ? top : folder);
  const places: InstructionPlace[] = [
    ...(userFolder === null ? [] : names.user).map((name) => place(join(userFolder!, name), 'user', home)),
    ...folders.flatMap((folder) =>
      names.each.map((name) => place(join(folder, name), 'project', within(folder))),
    ),
    ...memoryOf(start),
  ];
  return places.filter(({ path }, at) => places.findIndex((other) => other.path === path) === at);
}

/** The memory that Claude Code keeps beside the logs of a project. */
function memoryOf({ agent, transcript, userFolder }: StartPlace): InstructionPlace[] {
  if (agent !== 'claude-code' || transcript === null || userFolder === null) return [];
  const folder = dirname(transcript);
  if (dirname(folder) !== join(userFolder, 'projects')) return [];
  return [place(join(folder, 'memory', 'MEMORY.md'), 'user', folder)];
}

function place(path: string, scope: InstructionPlace['scope'], within: string): InstructionPlace {
  return { path, scope, within };
}

/** `cwd` and the folders above it up to `last`, outermost first. */
function foldersTo(cwd: string, last: string): string[] {
  const folders: string[] = [];
  for (let at = cwd; folders.length < MOST_FOLDERS; at = dirname(at)) {
    folders.unshift(at);
    if (at === last || dirname(at) === at) break;
  }
  return folders;
}

/** True for `folder` itself and what is below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
