/** What a tool call did, whichever agent made it: derived from its name, its arguments and its metadata. */
import { type Fields, listOf, membersOf } from '../base/fields.ts';
import type { Observation, ToolCall } from './step.ts';
import { testRunnerOf } from './test-run.ts';

export type CallAction =
  | 'file_read'
  | 'file_edit'
  | 'test_run'
  | 'skill_invocation'
  | 'subagent_call'
  | 'agent_plan'
  | 'tool_call';

export interface CallFacts {
  readonly action: CallAction;
  /** Paths as the agent wrote them, each once. */
  readonly filesRead: readonly string[];
  readonly filesEdited: readonly string[];
  /** The command line of a shell call. */
  readonly command: string | null;
  /** Name of the test runner when the command runs tests. */
  readonly testRunner: string | null;
  readonly skill: string | null;
  /** Address the call fetched. */
  readonly url: string | null;
  /** Words the call searched the web for. */
  readonly webQuery: string | null;
}

/** Tools of the agents we know, names in lower case without `_` and `-`. */
const TOOLS: ReadonlyMap<
  string,
  'edit' | 'read' | 'shell' | 'skill' | 'subagent' | 'plan' | 'fetch' | 'search'
> = new Map([
  ...words(
    'edit',
    'edit multiedit write notebookedit writefile createfile replace editfile create strreplace',
  ),
  ...words('edit', 'strreplaceeditor applypatch patch insert searchreplace'),
  ...words('read', 'read readfile view notebookread openfile readmanyfiles viewimage readtextfile'),
  ...words(
    'shell',
    'bash shell shellcommand runshellcommand execcommand localshell terminal powershell runterminalcmd execute',
  ),
  ...words('skill', 'skill slashcommand activateskill'),
  ...words('subagent', 'task agent spawnagent subagent delegate'),
  ...words('plan', 'exitplanmode todowrite updateplan taskcreate taskupdate writetodos'),
  ...words('fetch', 'webfetch fetch fetchurl urlfetch'),
  ...words('search', 'websearch googlewebsearch'),
]);

function words<Kind extends string>(kind: Kind, names: string): Array<readonly [string, Kind]> {
  return names.split(' ').map((name) => [name, kind] as const);
}

const PATH_KEYS = ['file_path', 'filePath', 'notebook_path', 'path', 'absolute_path', 'filename'] as const;
const COMMAND_KEYS = ['command', 'cmd', 'script'] as const;
const ACTIONS = {
  edit: 'file_edit',
  read: 'file_read',
  skill: 'skill_invocation',
  subagent: 'subagent_call',
  plan: 'agent_plan',
} as const;

/** Pure; unknown tools are `tool_call`, unless their metadata lists edits. */
export function callFactsOf(call: ToolCall): CallFacts {
  const input = membersOf(call.input);
  const kind = TOOLS.get(call.tool_name.toLowerCase().replace(/[_-]/g, ''));
  const command = kind === 'shell' ? commandOf(input) : null;
  const testRunner = command === null ? null : testRunnerOf(command);
  const edited = editedFiles(call, input, kind);
  return {
    action: actionOf(call, kind, edited, testRunner, input),
    filesRead: kind === 'read' || isView(input, kind) ? pathsOf(input) : [],
    filesEdited: edited,
    command,
    testRunner,
    skill: kind === 'skill' ? firstText(input, ['skill', 'name', 'command']) : null,
    url: kind === 'fetch' ? httpUrl(firstText(input, ['url'])) : null,
    webQuery: kind === 'search' ? firstText(input, ['query']) : null,
  };
}

function actionOf(
  call: ToolCall,
  kind: string | undefined,
  edited: readonly string[],
  testRunner: string | null,
  input: Fields,
): CallAction {
  if (edited.length > 0) return 'file_edit';
  if (call.subagent_trajectory_ref !== undefined) return 'subagent_call';
  if (testRunner !== null) return 'test_run';
  if (isView(input, kind)) return 'file_read';
  return (kind !== undefined && ACTIONS[kind as keyof typeof ACTIONS]) || 'tool_call';
}

/** Files a call edits: by its metadata where the parser read a patch, else by its own arguments. */
function editedFiles(call: ToolCall, input: Fields, kind: string | undefined): string[] {
  const patched = listOf(call.metadata?.edits).flatMap((edit) => {
    const { path, move_to: moved } = membersOf(edit);
    return [path, moved].filter((each) => typeof each === 'string' && each !== '') as string[];
  });
  if (patched.length > 0) return [...new Set(patched)];
  return kind === 'edit' && !isView(input, kind) ? pathsOf(input) : [];
}

/** One tool of several agents both looks at a file and edits it. */
function isView(input: Fields, kind: string | undefined): boolean {
  return kind === 'edit' && input.command === 'view';
}

function pathsOf(input: Fields): string[] {
  const path = firstText(input, PATH_KEYS);
  if (path !== null) return [path];
  const many = listOf(input.paths).filter((each): each is string => typeof each === 'string' && each !== '');
  return [...new Set(many)];
}

function commandOf(input: Fields): string | null {
  for (const key of COMMAND_KEYS) {
    const value = input[key];
    if (typeof value === 'string') return value;
    if (Array.isArray(value)) return shellArgument(value);
  }
  return null;
}

/** `["bash", "-lc", "make test"]` is the line after `-lc`; other arrays are the words of one command. */
function shellArgument(argv: readonly unknown[]): string {
  const texts = argv.filter((each): each is string => typeof each === 'string');
  const at = texts.findIndex((each, index) => index > 0 && /^-[a-z]{0,3}c$/.test(each));
  return at > 0 && texts[at + 1] !== undefined ? texts[at + 1]! : texts.join(' ');
}

function httpUrl(text: string | null): string | null {
  return text !== null && /^https?:\/\//i.test(text) ? text : null;
}

/** True when the call changed nothing: it failed, was refused or interrupted. A missing result leaves it open. */
export function failed(result: Observation | undefined): boolean {
  return typeof result?.error === 'string' && result.error !== 'no_result';
}

function firstText(input: Fields, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = Object.hasOwn(input, key) ? input[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
