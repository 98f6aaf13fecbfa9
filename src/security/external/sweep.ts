/** Sealing with external programs: what they find in a trace goes to its list first, and is looked for again in the end. */
import { OtError } from '../../base/errors.ts';
import { LineSplitter } from '../../base/jsonl.ts';
import { fromBytes, fromString } from '../byte-text.ts';
import type { ExternalFinding, ExternalTool } from '../contract.ts';
import { unescapeJson } from '../escapes.ts';
import type { FieldClassifier } from '../fields.ts';
import { stringTokens } from '../json-strings.ts';
import type { SecretList } from '../secret-list.ts';

type Read = () => AsyncIterable<Buffer>;

/** As deep as the sealer looks. */
const MAX_DEPTH = 6;

/** Lists every value that a tool finds in the sources; the sealer then removes all of its copies. */
export async function listFindings(
  tools: readonly ExternalTool[],
  sources: readonly Read[],
  list: SecretList,
): Promise<void> {
  for (const tool of tools) {
    for (const { kind, value } of await tool.find(joined(sources))) list.add(kind, value);
  }
}

/**
 * Throws `OT_SEAL_RESIDUE` (blocked) when a tool finds a value that still stands in one string of what was sealed,
 * ids apart.
 */
export async function assertNoneLeft(
  tools: readonly ExternalTool[],
  sealed: readonly Read[],
  fields: FieldClassifier,
): Promise<void> {
  for (const tool of tools) {
    const left = await firstThatStands(await tool.find(joined(sealed)), sealed, fields);
    if (left !== null) throw residue(left);
  }
}

async function* joined(sources: readonly Read[]): AsyncIterable<Buffer> {
  for (const read of sources) {
    yield* read();
    yield Buffer.from('\n');
  }
}

/** A program sees lines, so a value of its can reach over several strings: such a one is none. */
async function firstThatStands(
  findings: readonly ExternalFinding[],
  sources: readonly Read[],
  fields: FieldClassifier,
): Promise<ExternalFinding | null> {
  if (findings.length === 0) return null;
  const needles = findings.map((finding) => ({ finding, text: fromString(finding.value) }));
  let found: ExternalFinding | null = null;
  const splitter = new LineSplitter(({ bytes }) => {
    found ??= needles.find(({ text }) => standsIn(bytes, text, fields))?.finding ?? null;
  });
  for await (const chunk of joined(sources)) {
    splitter.push(chunk);
    if (found !== null) return found;
  }
  return found;
}

function standsIn(line: Buffer, value: string, fields: FieldClassifier): boolean {
  const text = fromBytes(line);
  return stringTokens(text).some(({ start, end, key, parent }) => {
    let view = text.slice(start, end);
    if (fields.classify(key, parent, view) === 'id') return false;
    for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
      if (view.includes(value)) return true;
      const decoded = unescapeJson(view);
      if (decoded === view) return false;
      view = decoded;
    }
    return false;
  });
}

function residue({ tool, rule }: ExternalFinding): OtError {
  return new OtError(
    'OT_SEAL_RESIDUE',
    'blocked',
    `${tool} still finds something by its rule ${rule} in a sealed trace`,
    {
      hint: `nothing was sent; leave this session out, or the tool: git ot bucket security --tool ${tool} --disable`,
    },
  );
}
