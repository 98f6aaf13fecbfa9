/** Policies: named bundles of tools. What is run, and in which version, is part of the digest. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/canonical-json.ts';
import { OtError } from '../base/errors.ts';
import type { ExternalTool, Policy } from './contract.ts';
import { joinDetectors } from './detectors/anchored.ts';
import { TOOLS, type Tool, toolNamed } from './registry.ts';
import { SEALER_VERSION } from './source-sealer.ts';

export const POLICY_NAMES = ['off', 'basic', 'recommended', 'strict'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];
export const DEFAULT_POLICY: PolicyName = 'recommended';

/** Tools of each bundle, as the seeds name them. One that is planned is shown as pending until it is there. */
export const BUNDLES: Readonly<Record<PolicyName, readonly string[]>> = {
  off: [],
  basic: ['regex', 'entropy'],
  recommended: ['regex', 'entropy', 'business_logic', 'path_anonymizer', 'classifier'],
  strict: [
    'regex',
    'entropy',
    'trufflehog',
    'privacy_filter',
    'business_logic',
    'path_anonymizer',
    'classifier',
  ],
};

/** Name of a set of tools that is no bundle. */
export const CUSTOM_POLICY = 'custom';

const resolved = new Map<PolicyName, Policy>();

/** The policy of this name, see {@link policyOf}. Throws `OT_POLICY_UNKNOWN` (usage) on another name. */
export function resolvePolicy(name: string): Policy {
  const known = POLICY_NAMES.find((policy) => policy === name);
  if (known === undefined) throw unknownPolicy();
  const policy = resolved.get(known) ?? policyOf(BUNDLES[known]);
  resolved.set(known, policy);
  return policy;
}

/** Name of the bundle with exactly these tools, or `custom`. */
export function policyNameOf(tools: readonly string[]): string {
  const named = new Set(tools);
  const equal = POLICY_NAMES.find(
    (name) => BUNDLES[name].length === named.size && BUNDLES[name].every((tool) => named.has(tool)),
  );
  return equal ?? CUSTOM_POLICY;
}

/**
 * The policy of exactly these tools; `programs` are those of them that are external. Throws `OT_TOOL_UNKNOWN`
 * (usage), and `OT_POLICY_TOOL_MISSING` (refused) when a tool is not configured or its program not given.
 */
export function policyOf(names: readonly string[], programs: readonly ExternalTool[] = []): Policy {
  const named = new Set(names.map((name) => toolNamed(name).name));
  const tools = TOOLS.filter(({ name }) => named.has(name));
  const name = policyNameOf([...named]);
  const missing = tools.filter((tool) => isMissing(tool, programs)).map((tool) => tool.name);
  if (missing.length > 0) throw missingTools(name, missing);
  const detectors = tools.flatMap(({ detector }) => detector ?? []);
  const external = programs.filter((program) => named.has(program.name));
  const isPlanned = ({ source }: Tool): boolean => source === 'planned';
  return {
    name,
    tools: tools.filter((tool) => !isPlanned(tool)).map((tool) => tool.name),
    detectors: joinDetectors(detectors),
    external,
    pending: tools.filter(isPlanned).map((tool) => tool.name),
    digest: policyDigest(name, [...detectors, ...external]),
  };
}

function isMissing({ name, source }: Tool, programs: readonly ExternalTool[]): boolean {
  if (source === 'not_configured') return true;
  return source === 'program' && !programs.some((program) => program.name === name);
}

/** 8 hex of SHA-256 over what decides the sealed bytes. */
export function policyDigest(
  name: string,
  running: readonly { readonly name: string; readonly version: number | string }[],
): string {
  const tools = running.map((tool) => [tool.name, tool.version]);
  const identity = canonicalJson({ name, sealer: SEALER_VERSION, tools });
  return createHash('sha256').update(identity).digest('hex').slice(0, 8);
}

function unknownPolicy(): OtError {
  return new OtError('OT_POLICY_UNKNOWN', 'usage', 'there is no security policy of this name', {
    hint: `Policies are ${POLICY_NAMES.join(', ')}.`,
  });
}

function missingTools(policy: string, missing: readonly string[]): OtError {
  return new OtError(
    'OT_POLICY_TOOL_MISSING',
    'refused',
    `policy ${policy} names tools that are not configured or not installed here: ${missing.join(', ')}`,
    {
      hint: 'Nothing was sent. See git ot security tools list, or choose another policy with git ot bucket security.',
    },
  );
}
