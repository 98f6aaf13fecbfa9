/**
 * What an external program is given to read: each string of a line as a reader sees it, behind its key, and again
 * with the escapes of what it quotes decoded. A program that knows no JSON then sees what the sealer sees.
 */
import { LineSplitter } from '../../base/jsonl.ts';
import { fromBytes, toBytes } from '../byte-text.ts';
import { unescapeJson } from '../escapes.ts';
import { type StringToken, stringTokens } from '../json-strings.ts';

/** As deep as the sealer looks. */
const MAX_DEPTH = 6;
/** What quoting does to a text, line ends apart: programs know those escapes themselves. */
const QUOTED = /\\["/u\\]/;
/** Comments by which a text tells a program to look away. */
const MARKS = /(trufflehog|gitleaks|betterleaks):(ignore|allow)/gi;
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
  const text = fromBytes(line);
  return stringTokens(text).flatMap((token) => exposedToken(text.slice(token.start, token.end), token));
}

function exposedToken(raw: string, { key, role }: StringToken): Buffer[] {
  const parts: Buffer[] = [];
  let view = role === 'text' ? raw : unescapeJson(raw);
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    parts.push(toBytes(withoutMarks(key === null ? view : `${key}: ${view}`)), NEWLINE);
    if (!QUOTED.test(view)) break;
    const decoded = unescapeJson(view);
    if (decoded === view) break;
    view = decoded;
  }
  return parts;
}

function withoutMarks(text: string): string {
  return text.replace(MARKS, '$1 $2');
}
