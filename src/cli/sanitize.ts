/** `security sanitize`: from stdin and options to an answer. Every tool that was asked for runs, or nothing is answered. */
import { OtError } from '../base/errors.ts';
import { classify, type Verdict } from '../security/classifier.ts';
import type { Kind } from '../security/contract.ts';
import { TOOLS, toolNamed } from '../security/registry.ts';
import { FIELD_TYPES, type FieldType, type Sanitized, sanitize, toolsFor } from '../security/sanitize.ts';
import {
  decodeSanitizeInput,
  INPUT_LIMIT,
  type SanitizeInput,
  tooLarge,
} from '../security/sanitize-input.ts';
import type { App } from './app.ts';
import { oneOf } from './decode.ts';
import { policyChoice, policyOfTools } from './policy.ts';
import { presenceOf } from './security-tools.ts';

export interface SanitizeOptions {
  /** Comma-separated names. */
  readonly tools: string | undefined;
  readonly useConfig: boolean;
  readonly fieldType: string | undefined;
}

/** A report is for people and gates: more than these findings only make it long. */
const MAX_TOLD = 10_000;

interface ToolError {
  readonly tool: string;
  readonly error: string;
}

export interface SanitizeReport {
  readonly tools_applied: readonly string[];
  readonly tools_skipped: ReadonlyArray<{ readonly tool: string; readonly reason: string }>;
  readonly redactions_applied: number;
  readonly fields_excluded: number;
  /** How many there are; {@link MAX_TOLD} of them are told. */
  readonly findings_count: number;
  readonly findings: Sanitized['findings'];
  readonly errors: readonly ToolError[];
}

/** The documented answer: no `sanitized` when a tool could not run. */
export interface SanitizeAnswer {
  readonly sanitized?: unknown;
  readonly findings?: Sanitized['findings'];
  readonly report: SanitizeReport;
  /** Of `classifier`, when it was asked for; always there for a record. */
  readonly verdicts?: readonly Verdict[];
}

export interface SanitizeOutcome {
  readonly answer: SanitizeAnswer;
  readonly failure?: OtError;
}

/** Throws usage errors (exit 2) for options and input, `OT_TOOL_FAILED` (exit 3), `OT_SEAL_RESIDUE` (exit 8). */
export async function sanitizeStdin(app: App, options: SanitizeOptions): Promise<SanitizeOutcome> {
  const fieldType = oneOf('--field-type', options.fieldType ?? 'general', FIELD_TYPES);
  const { tools, timeLimit } = await askedTools(app, options);
  if (app.io.interactive) {
    throw new OtError('OT_INPUT_JSON', 'usage', 'there is nothing on stdin', {
      hint: `give one object on stdin: {"text": "..."}, {"row": {...}} or {"record": {...}}`,
    });
  }
  const input = decodeSanitizeInput(await readInput(app));
  const errors = await toolErrors(app, tools, input, timeLimit);
  if (errors.length > 0) return refused(errors);
  const running = toolsFor(fieldType, tools);
  const policy = await policyOfTools(app, running, timeLimit);
  return {
    answer: answerOf(input, await sanitize(input, policy), running, skipped(tools, running, fieldType)),
  };
}

async function askedTools(
  app: App,
  { tools, useConfig }: SanitizeOptions,
): Promise<{ tools: readonly string[]; timeLimit: number | undefined }> {
  if ((tools === undefined) !== useConfig) {
    throw new OtError('OT_OPTION_CONFLICT', 'usage', 'give --tools or --use-config', {
      hint: 'for example: --tools regex,entropy',
    });
  }
  const named = tools?.split(',').map((name) => toolNamed(name.trim()).name);
  const choice = await policyChoice(app);
  return { tools: named ?? choice.tools, timeLimit: choice.timeLimit };
}

async function readInput(app: App): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of app.io.input()) {
    size += chunk.length;
    if (size > INPUT_LIMIT) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function toolErrors(
  app: App,
  tools: readonly string[],
  input: SanitizeInput,
  timeLimit: number | undefined,
): Promise<ToolError[]> {
  const errors: ToolError[] = [];
  for (const tool of new Set(tools)) {
    const { state, detail } = await presenceOf(app, toolNamed(tool), timeLimit);
    if (state !== null) errors.push({ tool, error: detail });
    else if (tool === 'capsule_scope' && input.kind === 'text')
      errors.push({ tool, error: 'looks at rows and records only' });
  }
  return errors;
}

function refused(errors: readonly ToolError[]): SanitizeOutcome {
  const names = errors.map(({ tool, error }) => `${tool} (${error})`).join(', ');
  return {
    answer: {
      report: {
        tools_applied: [],
        tools_skipped: [],
        redactions_applied: 0,
        fields_excluded: 0,
        findings_count: 0,
        findings: [],
        errors,
      },
    },
    failure: new OtError('OT_TOOL_MISSING', 'refused', `nothing was sanitized: ${names}`, {
      hint: 'leave the tool out, or see git ot security tools list',
    }),
  };
}

function skipped(
  tools: readonly string[],
  running: readonly string[],
  fieldType: FieldType,
): SanitizeReport['tools_skipped'] {
  const left = tools.filter((tool) => !running.includes(tool));
  return left.map((tool) => ({ tool, reason: `does not look at fields of type ${fieldType}` }));
}

function answerOf(
  { kind }: SanitizeInput,
  { sanitized, findings: all, redactions_applied, fields_excluded }: Sanitized,
  running: readonly string[],
  tools_skipped: SanitizeReport['tools_skipped'],
): SanitizeAnswer {
  const tools_applied = canonical(running);
  const findings = all.slice(0, MAX_TOLD);
  const counts = { redactions_applied, fields_excluded, findings_count: all.length };
  const report = { tools_applied, tools_skipped, ...counts, findings, errors: [] };
  const verdicts = running.includes('classifier') ? [verdictOf(all, sanitized)] : [];
  if (kind === 'record') return { sanitized, report, verdicts };
  const judged = verdicts.length > 0 ? { verdicts } : {};
  return kind === 'row' ? { sanitized, report, ...judged } : { sanitized, findings, report, ...judged };
}

/** The judge sees what is left of the text, and how much of which kind was taken out. */
function verdictOf(findings: Sanitized['findings'], sanitized: unknown): Verdict {
  const counts = new Map<Kind, number>();
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return classify({ findings: Object.fromEntries(counts), text: JSON.stringify(sanitized) });
}

function canonical(tools: readonly string[]): string[] {
  return TOOLS.map(({ name }) => name).filter((name) => tools.includes(name));
}
