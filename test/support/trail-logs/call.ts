/** What happened, as it is written into the logs of agents. */
import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';

/** One call of an agent, and the file before and after it; null: there was none. */
export interface Call {
  readonly tool: 'edit' | 'edit-all' | 'multiedit' | 'write' | 'delete' | 'shell';
  /** Below the folder. */
  readonly path: string;
  readonly folder: string;
  /** Since 1970. */
  readonly seconds: number;
  readonly failed: boolean;
  readonly before: string | null;
  readonly after: string | null;
  /** Texts that gave way to others. */
  readonly parts: readonly { readonly before: string; readonly after: string }[];
  /** What was written, or the shell command. */
  readonly text: string;
}

export interface LoggedSession {
  readonly agent: string;
  readonly name: string;
  readonly calls: readonly Call[];
  /** False: the log does not show files as they were, where the agent's form leaves that open. */
  readonly showsFiles?: boolean;
}

/** The log of a session, by the id that the agent gives it: lines, or a document. */
export type Writer = (
  session: LoggedSession,
  id: string,
) => {
  readonly file: string;
  readonly entries: unknown;
  /** Where the agent makes another id of it. */
  readonly id?: string;
};

export function sessionId(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

export function absolute({ folder, path }: Call): string {
  return isAbsolute(path) ? path : join(folder, path);
}

export function cwdOf({ calls }: LoggedSession): string {
  return calls[0]?.folder ?? '/nowhere';
}

export function startOf({ calls }: LoggedSession): number {
  return (calls[0]?.seconds ?? 0) - 3;
}

/** The command of a call that is none of an edit tool. */
export function commandOf(call: Call): string {
  return call.tool === 'delete' ? `rm ${call.path}` : call.text;
}

export function isCommand({ tool }: Call): boolean {
  return tool === 'shell' || tool === 'delete';
}

/** Name and arguments of an edit or a write, under the names an agent has for them. */
export function namedCall(
  call: Call,
  names: {
    readonly shell: string;
    readonly edit: string;
    readonly write: string;
    readonly path: string;
    readonly before: string;
    readonly after: string;
    readonly text: string;
  },
): { readonly name: string; readonly args: Record<string, unknown> } {
  if (isCommand(call)) return { name: names.shell, args: { command: commandOf(call) } };
  if (call.tool === 'write')
    return { name: names.write, args: { [names.path]: absolute(call), [names.text]: call.text } };
  const [part] = call.parts;
  if (part === undefined || call.parts.length > 1) throw new Error('one text at a time');
  return {
    name: names.edit,
    args: { [names.path]: absolute(call), [names.before]: part.before, [names.after]: part.after },
  };
}
