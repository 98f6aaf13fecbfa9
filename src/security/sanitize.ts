/**
 * One text, row or record made fit to leave: the search and replacement of sealing on a value of its own, with a
 * report of what was found where. Nothing of what was found is in the report.
 */
import { excludeFields } from './capsule-scope.ts';
import type { Kind, Policy } from './contract.ts';
import { assertNoneLeft, listFindings } from './external/sweep.ts';
import { FieldClassifier } from './fields.ts';
import type { SanitizeInput } from './sanitize-input.ts';
import { type SealSession, sealedValue, settleSeal } from './seal.ts';
import { SecretList } from './secret-list.ts';
import { type Found, Survey } from './survey.ts';
import { TokenPaths } from './token-paths.ts';

/** Where a text comes from: `entropy` looks at calls and at text of no known origin only. */
export const FIELD_TYPES = ['general', 'tool_input', 'tool_result', 'reasoning'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export type Severity = 'critical' | 'high' | 'medium';

export interface SanitizeFinding {
  readonly tool: string;
  /** Name of the rule. */
  readonly pattern: string;
  readonly kind: Kind;
  readonly severity: Severity;
  /** Place in the row or record, such as `steps[0].content`; `text` for a text. */
  readonly field_path: string;
  /** In a text: where it stood, in UTF-16 code units. */
  readonly start?: number;
  readonly end?: number;
}

export interface Sanitized {
  readonly sanitized: unknown;
  readonly findings: readonly SanitizeFinding[];
  /** Replacements, copies of what was found included. */
  readonly redactions_applied: number;
  /** Fields left out by `capsule_scope`. */
  readonly fields_excluded: number;
}

/** No session format: ids and opaque fields are the general ones. */
const FORMAT = '';
const SEVERITIES: Readonly<Partial<Record<Kind, Severity>>> = {
  account: 'high',
  host: 'high',
  url: 'medium',
  email: 'medium',
  phone: 'medium',
  ip_address: 'medium',
  user: 'medium',
};

/** Tools that look at a field of this type. */
export function toolsFor(fieldType: FieldType, tools: readonly string[]): string[] {
  const isFree = fieldType === 'general' || fieldType === 'tool_input';
  return tools.filter((tool) => isFree || tool !== 'entropy');
}

/** Throws `OT_SEAL_RESIDUE` (blocked) when something is found still in the end, `OT_TOOL_FAILED` (refused). */
export async function sanitize(input: SanitizeInput, policy: Policy): Promise<Sanitized> {
  const isScoped = policy.tools.includes('capsule_scope') && input.kind !== 'text';
  const { value, excluded } = isScoped ? excludeFields(input.value) : { value: input.value, excluded: 0 };
  const document = { [input.kind]: value };
  const line = Buffer.from(JSON.stringify(document), 'utf8');
  const list = new SecretList();
  const external = await listFindings(policy.external, [() => once(line)], list);
  const fields = new FieldClassifier(FORMAT);
  const found = new Survey(policy, fields, external).add(line, () => '');
  const paths = found.length === 0 ? null : new TokenPaths(line, document);
  return settleSeal({ policy, list, format: FORMAT }, async (session) => {
    session.scan(line);
    const bytes = sealedValue(session.seal(line));
    const sweep = { tools: policy.external, found: external, fields };
    await assertNoneLeft({ ...sweep, raw: [() => once(line)], sealed: [() => once(bytes)] });
    const redactions = Object.values(session.report().replaced).reduce((sum, count) => sum + count, 0);
    const answer = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    return {
      sanitized: answer[input.kind],
      findings: paths === null ? [] : found.map((match) => told(match, { input, line, paths, session })),
      redactions_applied: redactions,
      fields_excluded: excluded,
    };
  });
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}

interface Telling {
  readonly input: SanitizeInput;
  readonly line: Buffer;
  readonly paths: TokenPaths;
  readonly session: SealSession;
}

function told(match: Found, { input, line, paths, session }: Telling): SanitizeFinding {
  const { tool, rule, kind, start, end } = match;
  const place = paths.at(start);
  const named = { tool, pattern: rule, kind, severity: SEVERITIES[kind] ?? 'critical' };
  if (input.kind === 'text') {
    const from = place?.token.start ?? 0;
    const units = (to: number): number =>
      (JSON.parse(`"${line.toString('utf8', from, to)}"`) as string).length;
    return { ...named, field_path: 'text', start: units(start), end: units(end) };
  }
  // The document's own keys may hold a secret.
  const path = (place?.path ?? '').slice(input.kind.length + 1);
  return { ...named, field_path: sealedValue(session.sealText(path)) };
}
