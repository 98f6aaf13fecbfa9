/**
 * Hooks in an agent's JSON settings: `{"hooks": {"<event>": [{"hooks": [{"type": "command", "command"}]}]}}`,
 * as Claude Code, Codex CLI and Gemini CLI read it. Edits keep comments, key order and everything else.
 */
import { findNodeAtLocation, type JSONPath, type ParseError, parse, parseTree } from 'jsonc-parser';
import { OtError } from '../../../base/errors.ts';
import { withNode } from './json-insertion.ts';
import { hasComment, withoutNode } from './json-removal.ts';
import { isRendered } from './shipped.ts';

/** What an agent runs at an event; nothing happens once the script is gone, and nothing ever fails. */
export const AGENT_COMMAND = '[ ! -x @HOOKS@/spool ] || @HOOKS@/spool agent @AGENT@ || :';
/** Every form that was ever installed: what stands in settings is ours only when it equals one. */
const COMMANDS = [AGENT_COMMAND, '[ ! -x @HOOKS@/spool ] || @HOOKS@/spool agent @AGENT@'];

interface Place {
  readonly event: string;
  readonly path: JSONPath;
  readonly command: string;
}

/** The settings with `command` at every one of `events`, and older entries of ours gone. */
export function withHooks(text: string, file: string, events: readonly string[], command: string): string {
  const kept = new Set<string>();
  const cleaned = remove(text, file, (place) => {
    const wanted = place.command === command && events.includes(place.event) && !kept.has(place.event);
    if (wanted) kept.add(place.event);
    return !wanted;
  });
  return events
    .filter((event) => !kept.has(event))
    .reduce((now, event) => insert(now, event, command), cleaned);
}

/**
 * The settings without any entry of ours; lists and objects that this leaves empty go too, but for those that `first`,
 * the settings before ours, had already.
 */
export function withoutHooks(text: string, file: string, first = ''): string {
  return remove(text, file, () => true, first);
}

/** Events at which exactly this command is registered. */
export function eventsWith(text: string, file: string, command: string): string[] {
  return ours(decode(text, file)).flatMap((place) => (place.command === command ? [place.event] : []));
}

function insert(text: string, event: string, command: string): string {
  const entry = { hooks: [{ type: 'command', command }] };
  const { hooks } = decode(text, 'settings') as { hooks?: Record<string, unknown> };
  if (hooks === undefined) return withNode(text === '' ? '{}\n' : text, [], 'hooks', { [event]: [entry] });
  if (!Object.hasOwn(hooks, event)) return withNode(text, ['hooks'], event, [entry]);
  return withNode(text, ['hooks', event], null, entry);
}

/** Last first, so that the paths of the others stay right. */
function remove(text: string, file: string, isUnwanted: (place: Place) => boolean, first = ''): string {
  const unwanted = ours(decode(text, file)).filter(isUnwanted);
  const prunes = (now: string, path: JSONPath): string => prune(now, path, first);
  return unwanted
    .reverse()
    .reduce((now, { path }) => prunes(withoutNode(now, path), path.slice(0, -1)), text);
}

/** Takes out what has become empty, and holds no comment of anybody's, from the inside out; the whole of an entry that only held our command. */
function prune(text: string, path: JSONPath, first: string): string {
  if (path.length === 0 || wasThere(first, path)) return text;
  const value = path.reduce<unknown>(
    (node, key) => (node as Record<string | number, unknown>)[key],
    parse(text),
  );
  const isEntry = path.length === 3;
  const hooks = isEntry ? (value as { hooks?: unknown[] }).hooks : value;
  const empty = hooks === undefined || Object.keys(hooks as object).length === 0;
  if (!empty || hasComment(text, path)) return text;
  return prune(withoutNode(text, path), path.slice(0, -1), first);
}

/** True for the object of hooks and the list of an event that somebody had made; places in lists move. */
function wasThere(first: string, path: JSONPath): boolean {
  const tree = path.length <= 2 ? parseTree(first, [], { allowTrailingComma: true }) : undefined;
  return tree !== undefined && findNodeAtLocation(tree, path) !== undefined;
}

function ours(settings: Record<string, unknown>): Place[] {
  const places: Place[] = [];
  for (const [event, entries] of Object.entries((settings.hooks ?? {}) as object)) {
    if (!Array.isArray(entries)) continue;
    entries.forEach((entry: { hooks?: unknown } | null, index) => {
      if (!Array.isArray(entry?.hooks)) return;
      entry.hooks.forEach((hook: { command?: unknown } | null, at) => {
        const command = hook?.command;
        if (typeof command !== 'string' || !isOurCommand(command)) return;
        places.push({ event, path: ['hooks', event, index, 'hooks', at], command });
      });
    });
  }
  return places;
}

function isOurCommand(command: string): boolean {
  const agent = /[a-z-]+(?=(?: \|\| :)?$)/.exec(command)?.[0] ?? '';
  return COMMANDS.some((form) => isRendered(form.replace('@AGENT@', agent), command));
}

/** Throws `OT_SETTINGS_INVALID` (exit 3) on what is no settings file: it is then left as it is. */
function decode(text: string, file: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = text === '' ? {} : parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || !isObject(value)) throw invalid(file, text, errors[0]?.offset ?? 0);
  const { hooks } = value;
  const lists = isObject(hooks) ? Object.values(hooks) : [];
  if ((hooks !== undefined && !isObject(hooks)) || lists.some((list) => !Array.isArray(list))) {
    throw invalid(file, text, Math.max(0, text.indexOf('"hooks"')));
  }
  assertOnce(text, file, []);
  if (hooks !== undefined) assertOnce(text, file, ['hooks']);
  return value;
}

/** Which of two members of one name counts is not the same for every reader. */
function assertOnce(text: string, file: string, path: JSONPath): void {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const members = (tree && findNodeAtLocation(tree, path))?.children ?? [];
  const seen = new Set<unknown>();
  for (const { offset, children = [] } of members) {
    const name: unknown = children[0]?.value;
    if (seen.has(name) && (path.length > 0 || name === 'hooks')) throw invalid(file, text, offset);
    seen.add(name);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(file: string, text: string, offset: number): OtError {
  const line = text.slice(0, offset).split('\n').length;
  return new OtError('OT_SETTINGS_INVALID', 'refused', `${file} is no valid settings file (line ${line})`, {
    hint: 'mend that line, then run the command again; the file was left as it is',
  });
}
