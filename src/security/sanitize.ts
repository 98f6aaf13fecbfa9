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
import { type Place, placesAt } from './token-paths.ts';

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
  const places =
    found.length === 0
      ? []
      : placesAt(
          line,
          document,
          found.map(({ start }) => start),
        );
  return settleSeal({ policy, list, format: FORMAT }, async (session) => {
    session.scan(line);
    const bytes = sealedValue(session.seal(line));
    const sweep = { tools: policy.external, found: external, fields };
    await assertNoneLeft({ ...sweep, raw: [() => once(line)], sealed: [() => once(bytes)] });
    const redactions = Object.values(session.report().replaced).reduce((sum, count) => sum + count, 0);
    const answer = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    return {
      sanitized: answer[input.kind],
      findings: input.kind === 'text' ? toldInText(found, line, places) : toldByPath(found, places, session),
      redactions_applied: redactions,
      fields_excluded: excluded,
    };
  });
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}

function named({ tool, rule, kind }: Found): Omit<SanitizeFinding, 'field_path'> {
  return { tool, pattern: rule, kind, severity: SEVERITIES[kind] ?? 'critical' };
}

/** Offsets count from the start of the text, piece by piece: the pieces between findings hold whole characters. */
function toldInText(found: readonly Found[], line: Buffer, places: readonly Place[]): SanitizeFinding[] {
  let at = places[0]?.token.start ?? 0;
  let units = 0;
  const unitsTo = (offset: number): number => {
    units += (JSON.parse(`"${line.toString('utf8', at, offset)}"`) as string).length;
    at = offset;
    return units;
  };
  return found.map((match) => {
    const start = unitsTo(match.start);
    return { ...named(match), field_path: 'text', start, end: unitsTo(match.end) };
  });
}

/** The document's own keys may hold a secret, so that its paths are sealed like everything else. */
function toldByPath(
  found: readonly Found[],
  places: readonly Place[],
  session: SealSession,
): SanitizeFinding[] {
  const paths = new Map<string, string>();
  return found.map((match, index) => {
    const whole = places[index]?.path ?? '';
    const path = whole.slice(whole.indexOf('.') + 1);
    const sealed = paths.get(path) ?? sealedValue(session.sealText(path));
    paths.set(path, sealed);
    return { ...named(match), field_path: sealed };
  });
}
