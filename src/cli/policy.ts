/** The bucket's policy: read from git's configuration, with its external programs looked up on the PATH. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OtError } from '../base/errors.ts';
import { readSettings, type Setting } from '../git/settings.ts';
import type { Policy } from '../security/contract.ts';
import { BUNDLES, CUSTOM_POLICY, POLICY_NAMES, policyNameOf, policyOf } from '../security/policy.ts';
import {
  decodePolicySettings,
  encodePolicySettings,
  POLICY_SECTIONS,
  POLICY_SETTING,
  type PolicyChoice,
} from '../security/policy-settings.ts';
import { TOOLS } from '../security/registry.ts';
import type { App } from './app.ts';
import { removeSetting, writeSetting } from './written-settings.ts';

/**
 * What is configured for this bucket, or for one yet to be made: the system's settings, the person's, then those
 * in the bucket's own repository. The current folder plays no part. Throws `OT_POLICY_CONFIG` (exit 3).
 */
export async function policyChoice(app: App): Promise<PolicyChoice> {
  return decodePolicySettings(await policySettings(app));
}

/** With a repository that is not there git reads the system's and the person's settings only. */
function policySettings(app: App): Promise<Setting[]> {
  const gitDir = join(app.home, 'bucket.git');
  const call = existsSync(gitDir) ? { gitDir } : { gitDir, cwd: app.cwd };
  return readSettings(app.git, POLICY_SECTIONS, call);
}

/** The policy of a push, ready to run. Throws what {@link policyChoice} and {@link policyOfTools} throw. */
export async function bucketPolicy(app: App): Promise<Policy> {
  const { tools, timeLimit } = await policyChoice(app);
  return policyOfTools(app, tools, timeLimit);
}

/**
 * The policy of exactly these tools. Throws `OT_TOOL_UNKNOWN` (exit 2), `OT_POLICY_TOOL_MISSING` and
 * `OT_TOOL_FAILED` (exit 3).
 */
export async function policyOfTools(
  app: App,
  tools: readonly string[],
  timeLimit: number | undefined,
): Promise<Policy> {
  const wanted = TOOLS.filter(({ name, source }) => source === 'program' && tools.includes(name));
  if (wanted.length === 0) return policyOf(tools);
  const { openPrograms } = await import('../security/external/programs.ts');
  const settings = { searchPath: app.searchPath, ...(timeLimit === undefined ? {} : { timeLimit }) };
  const names = wanted.map(({ name }) => name);
  return policyOf(tools, await openPrograms(names, settings));
}

/** Throws `OT_POLICY_OFF` (exit 3) when no tool of the policy removes anything. */
export function assertSeals({ name, detectors, external }: Policy): void {
  if (detectors.length > 0 || external.length > 0) return;
  throw new OtError('OT_POLICY_OFF', 'refused', `nothing was sent: the policy ${name} replaces nothing`, {
    hint: 'choose another with git ot bucket security, or give --allow-unsealed',
  });
}

/** Tools of the bundle that a setting names; null for any other setting. */
export function bundleNamed(name: string, value: string): readonly string[] | null {
  const bundle = POLICY_NAMES.find((policy) => policy === value);
  return name.toLowerCase() === POLICY_SETTING && bundle !== undefined ? BUNDLES[bundle] : null;
}

export interface PolicyChanges {
  /** Tools that were off and are on now. */
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
}

/** Makes exactly these tools the policy of this machine, in the person's own configuration. */
export async function writePolicy(app: App, tools: readonly string[]): Promise<PolicyChanges> {
  const before = await policyChoice(app).catch(asUnknown);
  const own = (await policySettings(app)).filter(({ scope }) => scope === 'global');
  for (const { name, value } of encodePolicySettings(tools)) {
    if (own.findLast((setting) => setting.name === name)?.value === value) continue;
    const bool = name.endsWith('.enabled');
    await writeSetting(app, app.cwd, 'global', { name, value, bool });
  }
  const isNamed = own.some(({ name }) => name === POLICY_SETTING);
  if (isNamed && policyNameOf(tools) === CUSTOM_POLICY) await removeSetting(app, 'global', POLICY_SETTING);
  const after = await policyChoice(app);
  if (after.policy !== policyNameOf(tools) || after.tools.length !== tools.length) throw overridden();
  return {
    enabled: after.tools.filter((tool) => !before.tools.includes(tool)),
    disabled: before.tools.filter((tool) => !after.tools.includes(tool)),
  };
}

/** The bucket's repository has flags of its own, made with plain git: they count more than the person's. */
function overridden(): OtError {
  return new OtError('OT_POLICY_OVERRIDDEN', 'refused', "the bucket's own configuration says otherwise", {
    hint: 'unset opentraces.bucket.* and opentraces.security.* in bucket.git/config, then run the command again',
  });
}

/** Settings that say nothing are replaced; those that no policy writes stay, and the second look refuses them. */
function asUnknown(error: unknown): Pick<PolicyChoice, 'tools'> {
  if (error instanceof OtError && error.code === 'OT_POLICY_CONFIG') return { tools: [] };
  throw error;
}
