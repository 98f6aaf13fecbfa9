/** Policies: named bundles of tools. What is run, and in which version, is part of the digest. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/canonical-json.ts';
import { OtError } from '../base/errors.ts';
import type { Detector, Policy } from './contract.ts';
import { joinDetectors } from './detectors/anchored.ts';
import { TOOLS } from './registry.ts';
import { SEALER_VERSION } from './source-sealer.ts';

export const POLICY_NAMES = ['off', 'basic', 'recommended', 'strict'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];
export const DEFAULT_POLICY: PolicyName = 'recommended';

interface Bundle {
  /** Run always; a missing one refuses the policy. */
  readonly tools: readonly string[];
  /** Named by the bundle and run from the version that has them; until then shown as pending. */
  readonly later: readonly string[];
}

const BUNDLES: Readonly<Record<PolicyName, Bundle>> = {
  off: { tools: [], later: [] },
  basic: { tools: ['regex'], later: ['entropy'] },
  recommended: { tools: ['regex', 'path_anonymizer'], later: ['entropy', 'business_logic', 'classifier'] },
  strict: {
    tools: [
      'regex',
      'entropy',
      'trufflehog',
      'privacy_filter',
      'business_logic',
      'path_anonymizer',
      'classifier',
    ],
    later: [],
  },
};

/** Detectors of this version, in the order they run. */
const DETECTORS: readonly Detector[] = TOOLS.flatMap(({ detector }) => detector ?? []);

/**
 * The policy of this name. Throws `OT_POLICY_UNKNOWN` (usage) on another name, and `OT_POLICY_TOOL_MISSING`
 * (refused) when the bundle demands a tool that this version does not have.
 */
export function resolvePolicy(name: string): Policy {
  const known = POLICY_NAMES.find((policy) => policy === name);
  if (known === undefined) throw unknownPolicy();
  const policy = resolved.get(known) ?? assemble(known);
  resolved.set(known, policy);
  return policy;
}

const resolved = new Map<PolicyName, Policy>();

function assemble(name: PolicyName): Policy {
  const bundle = BUNDLES[name];
  const missing = bundle.tools.filter((tool) => !hasTool(DETECTORS, tool));
  if (missing.length > 0) throw missingTools(name, missing);
  const wanted = new Set([...bundle.tools, ...bundle.later]);
  const running = DETECTORS.filter((detector) => wanted.has(detector.name));
  return {
    name,
    tools: running.map((detector) => detector.name),
    detectors: joinDetectors(running),
    pending: bundle.later.filter((tool) => !hasTool(running, tool)),
    digest: policyDigest(name, running),
  };
}

function hasTool(detectors: readonly Detector[], tool: string): boolean {
  return detectors.some((detector) => detector.name === tool);
}

/** 8 hex of SHA-256 over what decides the sealed bytes. */
export function policyDigest(name: string, detectors: readonly Pick<Detector, 'name' | 'version'>[]): string {
  const tools = detectors.map((detector) => [detector.name, detector.version]);
  const identity = canonicalJson({ name, sealer: SEALER_VERSION, tools });
  return createHash('sha256').update(identity).digest('hex').slice(0, 8);
}

function unknownPolicy(): OtError {
  return new OtError('OT_POLICY_UNKNOWN', 'usage', 'there is no security policy of this name', {
    hint: `Policies are ${POLICY_NAMES.join(', ')}.`,
  });
}

function missingTools(name: PolicyName, missing: readonly string[]): OtError {
  return new OtError(
    'OT_POLICY_TOOL_MISSING',
    'refused',
    `policy ${name} needs tools that this version does not have: ${missing.join(', ')}`,
    {
      hint: 'Use the policy recommended, or a version that has them. Nothing was sent.',
    },
  );
}
