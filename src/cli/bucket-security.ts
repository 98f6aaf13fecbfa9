/** What `bucket security`, `setup bucket` and `setup TOOL` do to the policy, and what they say of it. */
import { OtError } from '../base/errors.ts';
import { BUNDLES, POLICY_NAMES, type PolicyName, policyNameOf } from '../security/policy.ts';
import { TOOLS, type Tool, toolNamed } from '../security/registry.ts';
import type { App } from './app.ts';
import { type PolicyChanges, policyChoice, writePolicy } from './policy.ts';
import { type ToolInfo, toolInfos } from './security-tools.ts';

/** The documented shape of `bucket security --json`. */
export interface SecurityReport {
  readonly security: {
    /** False when no tool is on. */
    readonly enabled: boolean;
    readonly tools: readonly string[];
    readonly scope: 'bucket';
    /** Bundle with exactly these tools, or `custom`. */
    readonly policy: string;
    readonly available_policies: readonly PolicyName[];
  };
  readonly changes: PolicyChanges;
  readonly warnings: readonly string[];
}

const NO_CHANGES: PolicyChanges = { enabled: [], disabled: [] };

/** Looks and changes nothing. */
export async function inspectSecurity(app: App): Promise<SecurityReport> {
  return reportOf(app, NO_CHANGES, []);
}

/** Makes the tools of a bundle the policy; whatever else was on is switched off, and named. */
export function applyBundle(app: App, policy: PolicyName): Promise<SecurityReport> {
  return setTools(app, BUNDLES[policy]);
}

/** Makes exactly these tools the policy. */
export async function setTools(app: App, tools: readonly string[]): Promise<SecurityReport> {
  const changes = await writePolicy(app, tools);
  const lost = changes.disabled.join(', ');
  return reportOf(app, changes, lost === '' ? [] : [`policy ${policyNameOf(tools)} switches off ${lost}`]);
}

/** Switches single tools, the others stay. Throws `OT_TOOL_UNKNOWN` (exit 2). */
export async function switchTools(
  app: App,
  change: { readonly enable: readonly string[]; readonly disable: readonly string[] },
): Promise<SecurityReport> {
  const enable = change.enable.map((name) => toolNamed(name).name);
  const disable = change.disable.map((name) => toolNamed(name).name);
  const both = enable.find((name) => disable.includes(name));
  if (both !== undefined) {
    throw new OtError('OT_BAD_VALUE', 'usage', `${both} cannot be switched on and off at once`);
  }
  const { tools } = await policyChoice(app);
  const wanted = TOOLS.map(({ name }) => name).filter(
    (name) => enable.includes(name) || (tools.includes(name) && !disable.includes(name)),
  );
  return reportOf(app, await writePolicy(app, wanted), []);
}

/** Throws `OT_TOOL_MISSING` (exit 3) when switching the tool on would only make every push refuse. */
export async function assertCanRun(app: App, tool: Tool): Promise<void> {
  const [info] = await toolInfos(app, [tool]);
  if (info === undefined || isReady(info)) return;
  throw new OtError('OT_TOOL_MISSING', 'refused', `${tool.name} is ${info.detail}`, {
    hint:
      tool.source === 'program' ? `install ${tool.name}, so that it is on the PATH` : 'nothing was changed',
  });
}

async function reportOf(
  app: App,
  changes: PolicyChanges,
  warnings: readonly string[],
): Promise<SecurityReport> {
  const { tools, policy, named } = await policyChoice(app);
  const running = TOOLS.filter(({ name }) => tools.includes(name));
  const idle = (await toolInfos(app, running)).filter((info) => !isReady(info));
  return {
    security: {
      enabled: tools.length > 0,
      tools,
      scope: 'bucket',
      policy,
      available_policies: POLICY_NAMES,
    },
    changes,
    warnings: [
      ...warnings,
      ...(named === null || named === policy
        ? []
        : [`opentraces.bucket.policy is ${named}, but ${FLAGS_WIN}`]),
      ...idle.map(idleWarning),
      ...(tools.length === 0 ? [NOTHING_RUNS] : []),
    ],
  };
}

const FLAGS_WIN = 'flags of single tools count more: git ot bucket security --policy NAME sets both';
const NOTHING_RUNS = 'nothing is replaced: a push then needs --allow-unsealed';

function isReady({ state }: ToolInfo): boolean {
  return state === 'enabled' || state === 'disabled';
}

function idleWarning({ name, state, detail }: ToolInfo): string {
  return state === 'planned'
    ? `${name} is not in this version, and does not run`
    : `${name} is ${detail}: every push is refused until it is there, or switched off`;
}
