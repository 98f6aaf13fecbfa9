/**
 * The bucket's policy as git configuration: `opentraces.bucket.policy` names a bundle, and a flag
 * `opentraces.security.<tool>.enabled` switches one tool on or off, whatever the bundle says. What cannot be
 * understood refuses: a policy must not become weaker by a slip of the pen.
 */
import { OtError } from '../base/errors.ts';
import { BUNDLES, DEFAULT_POLICY, POLICY_NAMES, type PolicyName, policyNameOf } from './policy.ts';
import { TOOLS } from './registry.ts';

export const POLICY_SETTING = 'opentraces.bucket.policy';
export const TIME_LIMIT_SETTING = 'opentraces.security.timelimit';
/** Sections that are read, as an extended regular expression for `git config`. */
export const POLICY_SECTIONS = '^opentraces\\.(security|bucket)\\.';

const FLAG = /^opentraces\.security\.([^\n]{1,200})\.enabled$/;
const TRUE = ['true', 'yes', 'on', '1'];
const FALSE = ['false', 'no', 'off', '0', ''];
const MAX_SECONDS = 86_400;

/** A setting as git gives it: section and key in lower case, the last value of a name counts. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

export interface PolicyChoice {
  /** Tools that are on, in canonical order. */
  readonly tools: readonly string[];
  /** Bundle these tools are, or `custom`. */
  readonly policy: string;
  /** Bundle that is named, whatever flags make of it; null where none is. */
  readonly named: PolicyName | null;
  /** Milliseconds external programs may take; undefined for the default. */
  readonly timeLimit: number | undefined;
}

export function flagName(tool: string): string {
  return `opentraces.security.${tool}.enabled`;
}

/** What settings say. Throws `OT_POLICY_CONFIG` (refused) on a name or value that means nothing. */
export function decodePolicySettings(settings: readonly NamedValue[]): PolicyChoice {
  let named: PolicyName | null = null;
  let timeLimit: number | undefined;
  const flags = new Map<string, boolean>();
  for (const setting of settings) {
    const tool = FLAG.exec(setting.name)?.[1];
    if (setting.name === POLICY_SETTING) named = decodeBundle(setting);
    else if (setting.name === TIME_LIMIT_SETTING) timeLimit = decodeSeconds(setting) * 1000;
    else if (tool !== undefined && isTool(tool)) flags.set(tool, decodeFlag(setting));
    else throw unusable(setting.name, 'is no setting of this version');
  }
  const names = TOOLS.map(({ name }) => name);
  const base = BUNDLES[named ?? DEFAULT_POLICY];
  const tools = names.filter((name) => flags.get(name) ?? base.includes(name));
  return { tools, policy: policyNameOf(tools), named, timeLimit };
}

/** The settings that make exactly these tools the policy: first those that switch on, so that no moment is weaker. */
export function encodePolicySettings(tools: readonly string[]): NamedValue[] {
  const on = TOOLS.filter(({ name }) => tools.includes(name)).map(({ name }) => name);
  const off = TOOLS.filter(({ name }) => !tools.includes(name)).map(({ name }) => name);
  const policy = policyNameOf(tools);
  return [
    ...on.map((name) => ({ name: flagName(name), value: 'true' })),
    ...(policy === 'custom' ? [] : [{ name: POLICY_SETTING, value: policy }]),
    ...off.map((name) => ({ name: flagName(name), value: 'false' })),
  ];
}

function isTool(name: string): boolean {
  return TOOLS.some((tool) => tool.name === name);
}

function decodeBundle({ name, value }: NamedValue): PolicyName {
  const known = POLICY_NAMES.find((policy) => policy === value);
  if (known === undefined) throw unusable(name, `must be one of ${POLICY_NAMES.join(', ')}`);
  return known;
}

function decodeFlag({ name, value }: NamedValue): boolean {
  const word = value.toLowerCase();
  if (TRUE.includes(word)) return true;
  if (FALSE.includes(word)) return false;
  throw unusable(name, 'must be true or false');
}

function decodeSeconds({ name, value }: NamedValue): number {
  const seconds = /^[1-9][0-9]{0,4}$/.test(value) ? Number(value) : MAX_SECONDS + 1;
  if (seconds > MAX_SECONDS) throw unusable(name, `must be a number of seconds up to ${MAX_SECONDS}`);
  return seconds;
}

function unusable(name: string, reason: string): OtError {
  return new OtError('OT_POLICY_CONFIG', 'refused', `the setting ${name.slice(0, 100)} ${reason}`, {
    hint: 'nothing was sent; see it with git config --show-origin --get-all, then mend or unset it',
  });
}
