/**
 * What an external program is given to read: each line as it is, then the strings in it whose escapes hide
 * something, decoded level by level, each behind its key. A program that knows no JSON sees what a reader sees.
 */
import { LineSplitter } from '../../base/jsonl.ts';
import { fromBytes, toBytes } from '../byte-text.ts';
import { unescapeJson } from '../escapes.ts';
import { stringTokens } from '../json-strings.ts';

/** As deep as the sealer looks. */
const MAX_DEPTH = 6;
const NEWLINE = Buffer.from('\n');

/** Memory is bounded by a few times the longest line. */
export async function* exposedText(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let parts: Buffer[] = [];
  const splitter = new LineSplitter((line) => parts.push(...exposedLine(line.bytes)));
  for await (const chunk of bytes) {
    splitter.push(chunk);
    if (parts.length > 0) yield Buffer.concat(parts);
    parts = [];
  }
  splitter.end();
  if (parts.length > 0) yield Buffer.concat(parts);
}

function exposedLine(line: Buffer): Buffer[] {
  const parts: Buffer[] = [Buffer.from(line), NEWLINE];
  if (!line.includes(0x5c)) return parts;
  const text = fromBytes(line);
  for (const { start, end, key } of stringTokens(text)) {
    let view = text.slice(start, end);
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const decoded = unescapeJson(view);
      if (decoded === view) break;
      parts.push(toBytes(key === null ? decoded : `${key}: ${decoded}`), NEWLINE);
      view = decoded;
    }
  }
  return parts;
}
