/** Context nodes as stored: read by segment, each line checked; a pulled trace is untrusted. */
import { OtError } from '../base/errors.ts';
import type { Oid } from '../git/ports.ts';
import { ContextNode } from '../record/context.ts';
import { assertBoundedNesting } from '../record/decode.ts';
import type { TraceFolder } from './trace-folder.ts';

const SEGMENT = /^\d{5,}\./;

/**
 * Nodes of the steps 1 to `to`, by step. A segment that is not there is left out: its steps have no node.
 * Throws `OT_RECORD_DAMAGED` on a line that is no node.
 */
export async function readNodes(folder: TraceFolder, to: number): Promise<Map<number, ContextNode>> {
  const files = [...(await folder.filesIn('context'))].filter(([name]) => SEGMENT.test(name));
  files.sort(([left], [right]) => Number.parseInt(left, 10) - Number.parseInt(right, 10));
  const nodes = (await Promise.all(files.map(([name, oid]) => readSegment(folder, name, oid)))).flat();
  return new Map(nodes.filter((node) => node.step_index <= to).map((node) => [node.step_index, node]));
}

async function readSegment(folder: TraceFolder, name: string, oid: Oid): Promise<ContextNode[]> {
  const text = (await folder.content(oid))?.toString('utf8') ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => decodeNode(line, `trace ${folder.traceId} context/${name} line ${at + 1}`));
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
