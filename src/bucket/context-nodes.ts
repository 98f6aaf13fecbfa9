/** Context nodes as stored: read by segment, each line checked; a pulled trace is untrusted. */
import type { Oid } from '../git/ports.ts';
import { BRANCH_TYPES, ContextNode } from '../record/context.ts';
import { decodeLine } from '../record/decode.ts';
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
  return decodeLine(ContextNode, line, where, isPlainNode);
}

type Check = (value: unknown) => boolean;

const PLAIN_FIELDS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['branch_type', (value) => (BRANCH_TYPES as readonly unknown[]).includes(value)],
  ['enters', (value) => value === 'input' || value === 'output' || value === 'none'],
  ['opens_turn', (value) => typeof value === 'boolean'],
  ['parent_step', (value) => value === null || Number.isSafeInteger(value)],
  ['step_index', Number.isSafeInteger],
  ['tokens', isSizes],
]);

/** Most nodes have these fields and no others; the schema of all takes ten times as long. */
function isPlainNode(value: unknown): value is ContextNode {
  if (typeof value !== 'object' || value === null) return false;
  const node = value as Readonly<Record<string, unknown>>;
  if (!('step_index' in node && 'parent_step' in node && 'branch_type' in node && 'enters' in node))
    return false;
  for (const key in node) if (PLAIN_FIELDS.get(key)?.(node[key]) !== true) return false;
  return true;
}

function isSizes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(Number.isSafeInteger);
}
