/** Sealing with external programs: what they find in a trace goes to its list first, and is looked for in the end. */
import { OtError } from '../../base/errors.ts';
import { LineSplitter } from '../../base/jsonl.ts';
import { fromBytes, fromString } from '../byte-text.ts';
import type { ExternalFinding, ExternalTool } from '../contract.ts';
import { unescapeJson } from '../escapes.ts';
import type { FieldClassifier } from '../fields.ts';
import { stringTokens } from '../json-strings.ts';
import type { SecretList } from '../secret-list.ts';

export type Read = () => AsyncIterable<Buffer>;

/** As deep as the sealer looks. */
const MAX_DEPTH = 6;
/** Shorter values are hunted as words of plain text only. */
const LONG_VALUE = 12;
const NEWLINE = Buffer.from('\n');

/** Lists every value that a tool finds in the sources; the sealer then removes all of its copies. */
export async function listFindings(
  tools: readonly ExternalTool[],
  sources: readonly Read[],
  list: SecretList,
): Promise<ExternalFinding[]> {
  const found: ExternalFinding[] = [];
  for (const tool of tools) found.push(...(await tool.find(joined(sources))));
  for (const { kind, value } of found) list.add(kind, value);
  return found;
}

export interface Sweep {
  readonly tools: readonly ExternalTool[];
  /** What {@link listFindings} gave. */
  readonly found: readonly ExternalFinding[];
  readonly raw: readonly Read[];
  readonly sealed: readonly Read[];
  readonly fields: FieldClassifier;
}

/**
 * Throws `OT_SEAL_RESIDUE` (blocked) when a value that was found, or that a tool finds in the lines that sealing
 * changed, still stands in one string of what was sealed, ids apart.
 */
export async function assertNoneLeft({ tools, found, raw, sealed, fields }: Sweep): Promise<void> {
  if (tools.length === 0) return;
  const all = (): AsyncIterable<Buffer> => joined(sealed);
  const changed = (): AsyncIterable<Buffer> => changedLines(joined(raw), all());
  const old = await firstThatStands(found, all, fields);
  if (old !== null) throw residue(old);
  for (const tool of tools) {
    const left = await firstThatStands(await tool.find(changed()), changed, fields);
    if (left !== null) throw residue(left);
  }
}

async function* joined(sources: readonly Read[]): AsyncIterable<Buffer> {
  for (const read of sources) {
    yield* read();
    yield NEWLINE;
  }
}

/** Lines of `sealed` that are not those of `raw`, each with a line end. Sealing keeps the number of lines. */
async function* changedLines(
  raw: AsyncIterable<Buffer>,
  sealed: AsyncIterable<Buffer>,
): AsyncIterable<Buffer> {
  const before = linesOf(raw)[Symbol.asyncIterator]();
  for await (const line of linesOf(sealed)) {
    const { value } = await before.next();
    if (value === undefined || !line.equals(value)) yield Buffer.concat([line, NEWLINE]);
  }
}

async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let lines: Buffer[] = [];
  const splitter = new LineSplitter((line) => lines.push(Buffer.from(line.bytes)));
  for await (const chunk of bytes) {
    splitter.push(chunk);
    yield* lines;
    lines = [];
  }
  splitter.end();
  yield* lines;
}

/** A program sees lines, so a value of its can reach over several strings: such a one is none. */
async function firstThatStands(
  findings: readonly ExternalFinding[],
  read: Read,
  fields: FieldClassifier,
): Promise<ExternalFinding | null> {
  if (findings.length === 0) return null;
  const needles = findings.map((finding) => ({ finding, text: fromString(finding.value) }));
  for await (const line of linesOf(read())) {
    const found = needles.find(({ text }) => standsIn(line, text, fields));
    if (found !== undefined) return found.finding;
  }
  return null;
}

function standsIn(line: Buffer, value: string, fields: FieldClassifier): boolean {
  const isPlainWord = /^[A-Za-z0-9_-]+$/.test(value);
  if (isPlainWord && !line.includes(0x5c) && !line.includes(value, 'latin1')) return false;
  const text = fromBytes(line);
  return stringTokens(text).some(({ start, end, key, parent }) => {
    let view = text.slice(start, end);
    const fieldClass = fields.classify(key, parent, view);
    if (fieldClass === 'id' || (value.length < LONG_VALUE && fieldClass !== 'plain')) return false;
    for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
      if (holds(view, value)) return true;
      const decoded = unescapeJson(view);
      if (decoded === view) return false;
      view = decoded;
    }
    return false;
  });
}

function holds(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const isWord = !isWordAt(text, at - 1) && !isWordAt(text, at + value.length);
    if (value.length >= LONG_VALUE || isWord) return true;
  }
  return false;
}

function isWordAt(text: string, at: number): boolean {
  return /[A-Za-z0-9]/.test(text.charAt(at));
}

function residue({ tool, rule }: ExternalFinding): OtError {
  return new OtError(
    'OT_SEAL_RESIDUE',
    'blocked',
    `what ${tool} found by its rule ${rule} still stands in a sealed trace`,
    {
      hint: `nothing was sent; leave this session out, or the tool: git ot bucket security --tool ${tool} --disable`,
    },
  );
}
