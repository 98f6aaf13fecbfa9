/** Context nodes as stored: read by segment, each line checked; a pulled trace is untrusted. */
import { OtError } from '../base/errors.ts';
import { ContextNode } from '../record/context.ts';
import { assertBoundedNesting } from '../record/decode.ts';
import { SEGMENT_STEPS } from './layout.ts';
import type { TraceFolder } from './trace-folder.ts';

/**
 * Nodes of the steps 1 to `to`, by step. A segment that is not there is left out: its steps have no node.
 * Throws `OT_RECORD_DAMAGED` on a line that is no node.
 */
export async function readNodes(folder: TraceFolder, to: number): Promise<Map<number, ContextNode>> {
  const reads: Promise<ContextNode[]>[] = [];
  for (let first = 1; first <= to; first += SEGMENT_STEPS) {
    reads.push(readSegment(folder, `context/${folder.names.segment(first)}`));
  }
  const nodes = (await Promise.all(reads)).flat();
  return new Map(nodes.filter((node) => node.step_index <= to).map((node) => [node.step_index, node]));
}

async function readSegment(folder: TraceFolder, path: string): Promise<ContextNode[]> {
  const bytes = await folder.bytes(path).catch((error: unknown) => {
    if (error instanceof OtError && error.code === 'OT_OBJECT_MISSING') return null;
    throw error;
  });
  const lines =
    bytes
      ?.toString('utf8')
      .split('\n')
      .filter((line) => line !== '') ?? [];
  return lines.map((line, at) => decodeNode(line, `trace ${folder.traceId} ${path} line ${at + 1}`));
}

/** One line of a context segment. */
export function decodeNode(line: string, where: string): ContextNode {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new OtError('OT_RECORD_DAMAGED', 'corrupt', `${where} is damaged: it is not JSON`, { cause });
  }
  assertBoundedNesting(value, line.length, where);
  const parsed = ContextNode.safeParse(value);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') || '(root)';
  throw new OtError('OT_RECORD_DAMAGED', 'corrupt', `${where} is damaged: field ${field}`, {
    hint: 'run: git ot bucket verify --full',
  });
}
