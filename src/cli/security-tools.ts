/** The registry's tools as `security tools` shows them: what is on here, and whether it can run. */
import { OtError } from '../base/errors.ts';
import { TOOLS, type Tool } from '../security/registry.ts';
import type { App } from './app.ts';
import { policyChoice } from './policy.ts';

export interface ToolInfo {
  readonly name: string;
  readonly display_name: string;
  readonly kind: Tool['role'];
  /** On in the bucket's policy. */
  readonly enabled: boolean;
  /**
   * `missing`: not configured, or a program that is not installed; `unreachable`: a program that does not answer;
   * `planned`: not in this version.
   */
  readonly state: 'enabled' | 'disabled' | 'missing' | 'unreachable' | 'planned';
  readonly detail: string;
  readonly description: string;
  /** Version of our tool, or what a program says of itself; null when it is not there. */
  readonly version: string | null;
  readonly setup_cmd: string;
  readonly disable_cmd: string;
}

/** Of the given tools, default all. Programs are started to ask for their version. */
export async function toolInfos(app: App, tools: readonly Tool[] = TOOLS): Promise<ToolInfo[]> {
  const choice = await policyChoice(app);
  return Promise.all(tools.map((tool) => infoOf(app, tool, choice)));
}

async function infoOf(
  app: App,
  tool: Tool,
  choice: { readonly tools: readonly string[]; readonly timeLimit: number | undefined },
): Promise<ToolInfo> {
  const { name, role, description } = tool;
  const enabled = choice.tools.includes(name);
  const presence = await presenceOf(app, tool, choice.timeLimit);
  return {
    name,
    display_name: name.replaceAll('_', ' '),
    kind: role,
    enabled,
    state: presence.state ?? (enabled ? 'enabled' : 'disabled'),
    detail: presence.detail,
    description,
    version: presence.version,
    setup_cmd: `git ot setup ${name}`,
    disable_cmd: `git ot setup ${name} --disable`,
  };
}

export interface Presence {
  /** Null: it can run. */
  readonly state: 'missing' | 'unreachable' | 'planned' | null;
  readonly detail: string;
  readonly version: string | null;
}

/** Whether a tool can run here. */
export async function presenceOf(app: App, tool: Tool, timeLimit: number | undefined): Promise<Presence> {
  switch (tool.source) {
    case 'built_in':
      return { state: null, detail: 'built in', version: `${tool.version}` };
    case 'planned':
      return { state: 'planned', detail: 'not in this version', version: null };
    case 'not_configured':
      return { state: 'missing', detail: 'not configured', version: null };
    case 'program':
      return programPresence(app, tool.name, timeLimit);
  }
}

async function programPresence(app: App, name: string, timeLimit: number | undefined): Promise<Presence> {
  const { openPrograms } = await import('../security/external/programs.ts');
  const settings = { searchPath: app.searchPath, ...(timeLimit === undefined ? {} : { timeLimit }) };
  try {
    const [program] = await openPrograms([name], settings);
    if (program === undefined) return { state: 'missing', detail: 'not installed', version: null };
    return { state: null, detail: 'installed', version: program.version.split(' ').at(-1) ?? null };
  } catch (error) {
    if (!(error instanceof OtError) || error.code !== 'OT_TOOL_FAILED') throw error;
    return { state: 'unreachable', detail: 'installed, and does not answer', version: null };
  }
}
