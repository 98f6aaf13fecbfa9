/**
 * The tools of the seeds, in the order they run in: what each is, and the detector behind it where this
 * program holds one. A policy, a command or a configuration names tools by the names of this table only.
 */
import { OtError } from '../base/errors.ts';
import { CLASSIFIER_VERSION } from './classifier.ts';
import type { Detector } from './contract.ts';
import { businessLogic } from './detectors/business-logic.ts';
import { entropyDetector } from './detectors/entropy.ts';
import { pathAnonymizer } from './detectors/path-anonymizer.ts';
import { regexDetector } from './detectors/regex.ts';

/** A detector finds spans, a transformer rewrites or excludes, a judge counts and decides nothing else. */
export type ToolRole = 'detector' | 'transformer' | 'judge';

/**
 * - `built_in`: always there.
 * - `program`: an external program, used when it is installed.
 * - `not_configured`: needs a model or service that has not been set up.
 * - `planned`: not in this version.
 */
export type ToolSource = 'built_in' | 'program' | 'not_configured' | 'planned';

export interface Tool {
  readonly name: string;
  readonly role: ToolRole;
  readonly description: string;
  readonly source: ToolSource;
  /** Raised with every change of what it finds; 0 where the version is that of something outside. */
  readonly version: number;
  /** Null when the tool is no detector, or none that runs in this process. */
  readonly detector: Detector | null;
}

function builtIn(role: ToolRole, description: string, detector: Detector): Tool {
  const { name, version } = detector;
  return { name, role, description, source: 'built_in', version, detector };
}

function other(name: string, role: ToolRole, source: ToolSource, description: string): Tool {
  return { name, role, description, source, version: 0, detector: null };
}

/** All tools, in canonical order. */
export const TOOLS: readonly Tool[] = [
  builtIn('detector', 'Keys, tokens, passwords and private keys by their shape or place.', regexDetector),
  builtIn('detector', 'Random-looking values where a secret is expected.', entropyDetector),
  other('trufflehog', 'detector', 'program', 'The secrets that the program trufflehog finds.'),
  other('gitleaks', 'detector', 'program', 'The secrets that the program gitleaks finds.'),
  other('privacy_filter', 'detector', 'not_configured', 'Personal data, by a local token classifier.'),
  other('llm_pii', 'detector', 'not_configured', 'Personal data, by a language model.'),
  builtIn('detector', 'Internal hosts, collaboration links, cloud account ids.', businessLogic),
  builtIn('transformer', "The user's name in home paths of every system.", pathAnonymizer),
  {
    ...other('capsule_scope', 'transformer', 'built_in', 'Leaves out the fields that hold prompts.'),
    version: 1,
  },
  {
    ...other(
      'classifier',
      'judge',
      'built_in',
      'Says how sensitive a record is, from counts; blocks nothing.',
    ),
    version: CLASSIFIER_VERSION,
  },
];

/** The tool of this name; throws `OT_TOOL_UNKNOWN` (usage). */
export function toolNamed(name: string): Tool {
  const tool = TOOLS.find((each) => each.name === name);
  if (tool !== undefined) return tool;
  throw new OtError('OT_TOOL_UNKNOWN', 'usage', 'there is no security tool of this name', {
    hint: `Tools are ${TOOLS.map((each) => each.name).join(', ')}.`,
  });
}
