/** Takes a member or an item out of JSON with comments: not a byte of anything else goes, but the comma it needed. */
import { findNodeAtLocation, type JSONPath, type Node, parseTree, stripComments } from 'jsonc-parser';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text without what stands at `path`; as it was when nothing does. */
export function withoutNode(text: string, path: JSONPath): string {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const value = tree && findNodeAtLocation(tree, path);
  const node = value?.parent?.type === 'property' ? value.parent : value;
  const container = node?.parent;
  if (node === undefined || container === undefined) return text;
  const spans = spansOf(text, container, node);
  const rest = spans.reduceRight((now, { start, end }) => now.slice(0, start) + now.slice(end), text);
  const removed = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  return closed(rest, container.offset, container.offset + container.length - removed);
}

/** True when somebody wrote a comment inside of what stands at `path`. */
export function hasComment(text: string, path: JSONPath): boolean {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const node = tree && findNodeAtLocation(tree, path);
  if (node === undefined) return false;
  const inside = text.slice(node.offset, node.offset + node.length);
  return stripComments(inside) !== inside;
}

/** The node with its comma, and the blanks and the line end before it; of the last one the comma before it. */
function spansOf(text: string, container: Node, node: Node): Span[] {
  const end = node.offset + node.length;
  const start = withBlanksBefore(text, node.offset);
  const comma = commaFrom(text, end);
  if (comma !== null) return [...gap({ start, end }, { start: comma, end: comma + 1 })];
  const siblings = container.children ?? [];
  const before = siblings[siblings.indexOf(node) - 1];
  if (before === undefined) return [{ start, end }];
  const earlier = commaFrom(text, before.offset + before.length) ?? start;
  return gap({ start: earlier, end: earlier + 1 }, { start, end });
}

/** Two spans in order; one where they meet or lie in each other. */
function gap(left: Span, right: Span): Span[] {
  if (left.end < right.start) return [left, right];
  return [{ start: Math.min(left.start, right.start), end: Math.max(left.end, right.end) }];
}

function withBlanksBefore(text: string, offset: number): number {
  let start = offset;
  while (text[start - 1] === ' ' || text[start - 1] === '\t') start -= 1;
  if (text[start - 1] !== '\n') return offset;
  return text[start - 2] === '\r' ? start - 2 : start - 1;
}

/** Where the next comma stands, over blanks and comments; null when something else comes first. */
export function commaFrom(text: string, offset: number): number | null {
  let at = offset;
  while (at < text.length) {
    if (text.startsWith('//', at)) at = endOf(text, '\n', at);
    else if (text.startsWith('/*', at)) at = endOf(text, '*/', at + 2);
    else if (/\s/.test(text[at]!)) at += 1;
    else return text[at] === ',' ? at : null;
  }
  return null;
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

/** A list or object of blank lines alone is written without them. */
function closed(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.trim() === '' && inner.includes('\n') ? text.slice(0, start + 1) + text.slice(end - 1) : text;
}
