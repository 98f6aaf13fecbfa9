/** Reads again what session logs say a file was: its whole text stands in some member of a row or of a document. */
import { isFields } from '../base/fields.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { hashObject } from '../git/object-codec.ts';
import type { ShownFile } from '../record/patch.ts';

const MEMBERS = ['originalFile', 'originalContent', 'before'];

export class ShownFiles {
  readonly #folder: TraceFolder;
  #source: Promise<Buffer> | undefined;
  /** Offsets of lines with such texts, by the blob ids of the texts; made when a row does not hold what it should. */
  #places: ReadonlyMap<string, number> | undefined;

  constructor(folder: TraceFolder) {
    this.#folder = folder;
  }

  /** Null when the log does not hold the text its blob id stands for, as where a copy was sealed. */
  async read({ blob, offset }: ShownFile): Promise<string | null> {
    this.#source ??= this.#readSource();
    const source = await this.#source;
    const text = textWith(blob, lineAt(source, offset));
    if (text !== null) return text;
    this.#places ??= placesIn(source);
    const place = this.#places.get(blob);
    return place === undefined ? null : textWith(blob, lineAt(source, place));
  }

  async #readSource(): Promise<Buffer> {
    const metas = await this.#folder.sourceMetas();
    const primary = metas.findIndex(({ kind }) => kind === 'session-log');
    const chunks: Buffer[] = [];
    for await (const chunk of this.#folder.readSource(Math.max(0, primary))) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

function lineAt(source: Buffer, offset: number): string {
  const end = source.indexOf(0x0a, offset);
  return source.toString('utf8', offset, end < 0 ? source.length : end);
}

function placesIn(source: Buffer): Map<string, number> {
  const places = new Map<string, number>();
  for (let at = 0; at < source.length; ) {
    const line = lineAt(source, at);
    for (const text of textsIn(line)) places.set(blobOf(text), at);
    const end = source.indexOf(0x0a, at);
    at = end < 0 ? source.length : end + 1;
  }
  return places;
}

function textWith(blob: string, line: string): string | null {
  return textsIn(line).find((text) => blobOf(text) === blob) ?? null;
}

function blobOf(text: string): string {
  return hashObject('sha1', 'blob', Buffer.from(text));
}

/** Texts of files before an edit, in a row, or in the line of a member of a document that is written over many. */
function textsIn(line: string): string[] {
  if (!MEMBERS.some((name) => line.includes(`"${name}"`))) return [];
  const found: string[] = [];
  collect(parsed(line) ?? parsed(`{${line.trim().replace(/,$/, '')}}`), found);
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function collect(value: unknown, found: string[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found);
  else if (isFields(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'string' && MEMBERS.includes(name)) found.push(member);
      else collect(member, found);
    }
  }
}
