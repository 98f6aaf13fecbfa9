/** Sub-agents whose lines stand inside their parent's file: each becomes a trace of its own lines. */
import { subagentSessionId } from '../base/ids.ts';
import { LineSplitter } from '../base/jsonl.ts';
import type { HashAlgorithm } from '../git/ports.ts';
import { SourceHasher, type StoredSource } from './derive.ts';
import type { SessionFormat, SessionIdentity } from './session-source.ts';
import { NEWLINE, type SourceInput, selectLines } from './source-input.ts';
import type { CapturedTrace, CaptureTransaction } from './transaction.ts';

/** The parent's file. */
export interface ParentSession {
  readonly format: SessionFormat;
  readonly identity: SessionIdentity;
  readonly input: SourceInput;
  readonly project: string | null;
}

interface OwnedLines {
  /** Numbers of the lines that are its own. */
  readonly lines: ReadonlySet<number>;
  /** What these lines are together, each closed by LF. */
  readonly hashed: StoredSource;
}

/** Captures every inline sub-agent of a session; yields its native id with what became of it. */
export async function* captureInlineSubagents(
  transaction: CaptureTransaction,
  parent: ParentSession,
): AsyncIterable<[agentId: string, captured: CapturedTrace]> {
  const { format, identity, input } = parent;
  const owned = await linesByOwner(format, identity.sessionId, input, transaction.algorithm);
  for (const [agentId, lines] of owned)
    yield [agentId, await captureOne(transaction, parent, agentId, lines)];
}

/** Lines of each inline sub-agent, in order of appearance: one look at the file for all of them. */
async function linesByOwner(
  format: SessionFormat,
  sessionId: string,
  input: SourceInput,
  algorithm: HashAlgorithm,
): Promise<ReadonlyMap<string, OwnedLines>> {
  const owned = new Map<string, { lines: Set<number>; hasher: SourceHasher }>();
  const ownersOf = format.lineOwners(sessionId);
  const splitter = new LineSplitter((line) => {
    for (const owner of ownersOf(line)) {
      const { lines, hasher } = owned.get(owner) ?? { lines: new Set(), hasher: new SourceHasher(algorithm) };
      owned.set(owner, { lines: lines.add(line.number), hasher });
      hasher.push(line.bytes);
      hasher.push(NEWLINE);
    }
  });
  for await (const bytes of input.read()) splitter.push(bytes);
  splitter.end();
  return new Map([...owned].map(([owner, { lines, hasher }]) => [owner, { lines, hashed: hasher.end() }]));
}

async function captureOne(
  transaction: CaptureTransaction,
  { format, identity, input, project }: ParentSession,
  agentId: string,
  { lines, hashed }: OwnedLines,
): Promise<CapturedTrace> {
  const parentSessionId = identity.parentSessionId ?? identity.sessionId;
  const sessionId = subagentSessionId(parentSessionId, agentId);
  const own = selectLines(input, input.fileName, ({ number }) => lines.has(number));
  const trace = { format, sessionId, parentSessionId, inlineSubagent: agentId };
  const prepared = await transaction.prepare(trace, own, hashed);
  return transaction.add(trace, own, project, prepared);
}
