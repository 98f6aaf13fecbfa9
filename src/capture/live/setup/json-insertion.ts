/** Puts a member or an item into JSON with comments, at the end: not a byte of anything else changes but for a comma. */
import { findNodeAtLocation, type JSONPath, type Node, parseTree } from 'jsonc-parser';
import { commaFrom } from './json-removal.ts';

interface Style {
  readonly eol: string;
  readonly unit: string;
  /** The whole text is one line. */
  readonly oneLine: boolean;
}

/** The text with `value` as the last of what stands at `path`; `key` is null for a list. */
export function withNode(text: string, path: JSONPath, key: string | null, value: unknown): string {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const container = tree && (path.length === 0 ? tree : findNodeAtLocation(tree, path));
  if (tree === undefined || container === undefined) return text;
  const style = styleOf(text, tree);
  const last = container.children?.at(-1);
  if (last === undefined) return intoEmpty(text, container, style, key, value);
  return behind(text, container, last, style, key, value);
}

function behind(
  text: string,
  container: Node,
  last: Node,
  style: Style,
  key: string | null,
  value: unknown,
): string {
  const end = last.offset + last.length;
  const before = container.children?.at(-2);
  const from = before === undefined ? container.offset : before.offset + before.length;
  const isOnOwnLine = text.slice(from, last.offset).includes('\n');
  const comma = commaFrom(text, end);
  const at = comma === null ? end : comma + 1;
  const place = isOnOwnLine ? restOfLine(text, at) : at;
  const indent = indentAt(text, last.offset);
  const lead = isOnOwnLine ? style.eol + indent : '';
  const member = lead + written(key, value, isOnOwnLine ? { ...style, indent } : null);
  // Whoever writes a comma behind the last one gets one behind ours.
  if (comma !== null) return `${text.slice(0, place)}${member},${text.slice(place)}`;
  return `${text.slice(0, end)},${text.slice(end, place)}${member}${text.slice(place)}`;
}

function intoEmpty(text: string, container: Node, style: Style, key: string | null, value: unknown): string {
  const at = container.offset + 1;
  if (style.oneLine) return text.slice(0, at) + written(key, value, null) + text.slice(at);
  const outer = indentAt(text, container.offset);
  const indent = outer + style.unit;
  const member = style.eol + indent + written(key, value, { ...style, indent });
  const place = restOfLine(text, at);
  const closes = /^\r?\n/.test(text.slice(place)) ? '' : style.eol + outer;
  return text.slice(0, place) + member + closes + text.slice(place);
}

/** On one line without `lines`. */
function written(key: string | null, value: unknown, lines: (Style & { indent: string }) | null): string {
  const name = key === null ? '' : `${JSON.stringify(key)}:${lines === null ? '' : ' '}`;
  if (lines === null) return name + JSON.stringify(value);
  return name + JSON.stringify(value, null, lines.unit).replaceAll('\n', lines.eol + lines.indent);
}

/** Blanks before the first other character of the line in which `offset` lies. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}

/** Behind the comments that end the line; `at` itself when something else stands in it. */
function restOfLine(text: string, at: number): number {
  let end = text.indexOf('\n', at);
  if (end < 0) end = text.length;
  if (text[end - 1] === '\r') end -= 1;
  const rest = text.slice(at, end);
  return /^[ \t]*(?:\/\*[^*]*\*\/[ \t]*)*(?:\/\/.*)?$/.test(rest) ? end : at;
}

/** The file's own indentation and line ends. */
function styleOf(text: string, root: Node): Style {
  const own = text.slice(root.offset, root.offset + root.length);
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    unit: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ',
    oneLine: (root.children ?? []).length > 0 && !own.includes('\n'),
  };
}
