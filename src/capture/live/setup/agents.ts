/** What setup does for each agent: the one table of agents with hooks. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileChange } from './change.ts';
import { backupPath, readOptional, realFile } from './change.ts';
import { AGENT_COMMAND, eventsWith, withHooks, withoutHooks } from './hook-settings.ts';
import { hooksDir, type Places, planOwnFile, planScripts } from './places.ts';
import { type PlaceForm, render } from './shipped.ts';

/** Folders of the user that agents look into. */
export interface AgentHomes {
  readonly userHome: string;
  /** `CLAUDE_CONFIG_DIR`, `CODEX_HOME`, `PI_CODING_AGENT_DIR`, `XDG_CONFIG_HOME`, where set. */
  readonly claude: string | undefined;
  readonly codex: string | undefined;
  readonly pi: string | undefined;
  readonly config: string | undefined;
}

export interface AgentTarget {
  readonly agent: string;
  /** The agent's own folder: it is used on this machine when that exists. */
  readonly folder: (homes: AgentHomes) => string;
  /** File below the folder that names our hooks. */
  readonly file: string;
  /** Events of a JSON settings file; or the shipped file that is put there whole. */
  readonly how:
    | { readonly events: readonly string[] }
    | { readonly shipped: string; readonly form: PlaceForm };
  /** What a person has to do in the agent itself. */
  readonly note?: string;
}

export const AGENT_TARGETS: readonly AgentTarget[] = [
  {
    agent: 'claude-code',
    folder: ({ userHome, claude }) => claude ?? join(userHome, '.claude'),
    file: 'settings.json',
    how: { events: ['SessionStart', 'UserPromptSubmit', 'PreCompact', 'SubagentStop', 'Stop', 'SessionEnd'] },
  },
  {
    agent: 'codex-cli',
    folder: ({ userHome, codex }) => codex ?? join(userHome, '.codex'),
    file: 'hooks.json',
    how: { events: ['SessionStart', 'UserPromptSubmit', 'Stop'] },
    note: 'Codex runs new hooks only once you trust them: it asks, or type /hooks in it',
  },
  {
    agent: 'gemini-cli',
    folder: ({ userHome }) => join(userHome, '.gemini'),
    file: 'settings.json',
    how: { events: ['SessionStart', 'BeforeAgent', 'AfterAgent', 'SessionEnd'] },
  },
  {
    agent: 'pi',
    folder: ({ userHome, pi }) => pi ?? join(userHome, '.pi', 'agent'),
    file: 'extensions/git-ot.ts',
    how: { shipped: 'agents/pi.ts', form: 'json' },
  },
  {
    agent: 'opencode',
    folder: ({ userHome, config }) => join(config ?? join(userHome, '.config'), 'opencode'),
    file: 'plugins/git-ot.js',
    how: { shipped: 'agents/opencode.js', form: 'json' },
  },
  {
    agent: 'copilot-cli',
    folder: ({ userHome }) => join(userHome, '.copilot'),
    file: 'hooks/git-ot.json',
    how: { shipped: 'agents/copilot-cli.json', form: 'shell-in-json' },
  },
];

export function agentTarget(agent: string): AgentTarget {
  return AGENT_TARGETS.find((target) => target.agent === agent)!;
}

/** Plans the hooks of one agent, scripts first; with `remove` only the agent's own file is touched. */
export async function planAgent(
  target: AgentTarget,
  homes: AgentHomes,
  places: Places,
  remove: boolean,
): Promise<FileChange[]> {
  const change = await planAgentAt(target, settingsPath(target, homes), places, remove);
  return remove ? [change] : [...(await planScripts(places, false)), change];
}

/** The file of an agent that names our hooks. */
export function settingsPath(target: AgentTarget, homes: AgentHomes): string {
  return join(target.folder(homes), target.file);
}

/** Plans the change of that file, wherever it lies. */
export async function planAgentAt(
  target: AgentTarget,
  path: string,
  places: Places,
  remove: boolean,
): Promise<FileChange> {
  const { how } = target;
  const change =
    'shipped' in how
      ? await planOwnFile(places, path, { name: how.shipped, form: how.form }, remove)
      : await planSettings(path, how.events, commandOf(target.agent, places), remove);
  return { ...change, record: { what: target.agent, present: !remove } };
}

/** `hooked` when every event is registered with this machine's script; `other` when some are, or another place. */
export async function agentState(
  target: AgentTarget,
  homes: AgentHomes,
  places: Places,
): Promise<'hooked' | 'other' | 'none'> {
  const { path, before, after } = await planAgentAt(target, settingsPath(target, homes), places, true);
  if (before === null || (after !== null && before.equals(after))) return 'none';
  const { how } = target;
  if ('shipped' in how) return 'hooked';
  const { text } = decodeText(before);
  const found = new Set(eventsWith(text, path, commandOf(target.agent, places)));
  return how.events.every((event) => found.has(event)) ? 'hooked' : 'other';
}

/** True while the first state of its settings is kept, as setup leaves it there until it takes the hooks out. */
export async function hadHooks(target: AgentTarget, homes: AgentHomes): Promise<boolean> {
  return (await changedAt(backupPath(await settingsFile(target, homes)))) !== null;
}

/** Since when the agent can have had our hooks, in milliseconds since 1970, as far as files tell. */
export async function hookedSince(target: AgentTarget, homes: AgentHomes, places: Places): Promise<number> {
  const file = await settingsFile(target, homes);
  const own = 'shipped' in target.how ? file : backupPath(file);
  const times = await Promise.all([own, join(hooksDir(places), 'program')].map(changedAt));
  return Math.max(...times.map((time) => time ?? 0));
}

async function settingsFile(target: AgentTarget, homes: AgentHomes): Promise<string> {
  const path = settingsPath(target, homes);
  return realFile(path).catch(() => path);
}

async function changedAt(path: string): Promise<number | null> {
  return stat(path).then(
    (stats) => stats.mtimeMs,
    () => null,
  );
}

function commandOf(agent: string, places: Places): string {
  return render(AGENT_COMMAND.replace('@AGENT@', agent), hooksDir(places));
}

async function planSettings(
  path: string,
  events: readonly string[],
  command: string,
  remove: boolean,
): Promise<FileChange> {
  const file = await realFile(path);
  const before = await readOptional(file);
  const install = (bytes: Buffer | null): Buffer => {
    const { mark, text } = decodeText(bytes ?? Buffer.alloc(0));
    return Buffer.from(mark + withHooks(text, file, events, command));
  };
  if (!remove) return { path: file, before, after: install(before), mode: 0o600, backup: true };
  if (before === null) return { path: file, before, after: null, mode: 0o600, dropBackup: true };
  const first = await readOptional(backupPath(file));
  const after = install(first).equals(before) ? first : removed(before, file, first);
  return { path: file, before, after, mode: 0o600, dropBackup: true };
}

/** What was empty in the first state stays so. */
function removed(before: Buffer, file: string, first: Buffer | null): Buffer {
  const { mark, text } = decodeText(before);
  return Buffer.from(mark + withoutHooks(text, file, decodeText(first ?? Buffer.alloc(0)).text));
}

/** A byte order mark stays where it was. */
function decodeText(bytes: Buffer): { mark: string; text: string } {
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? { mark: '\ufeff', text: text.slice(1) } : { mark: '', text };
}
