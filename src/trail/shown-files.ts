/** Reads again what rows of a session log say a file was. */
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { hashObject } from '../git/object-codec.ts';
import type { ShownFile } from '../record/patch.ts';

export class ShownFiles {
  readonly #folder: TraceFolder;
  #source: Promise<Buffer> | undefined;

  constructor(folder: TraceFolder) {
    this.#folder = folder;
  }

  /** Null when the row does not hold the text its blob id stands for, as where a copy was sealed. */
  async read({ blob, offset }: ShownFile): Promise<string | null> {
    this.#source ??= this.#readSource();
    const source = await this.#source;
    const end = source.indexOf(0x0a, offset);
    const row = source.toString('utf8', offset, end < 0 ? source.length : end);
    const text = textIn(row);
    return text !== null && hashObject('sha1', 'blob', Buffer.from(text)) === blob ? text : null;
  }

  async #readSource(): Promise<Buffer> {
    const metas = await this.#folder.sourceMetas();
    const primary = metas.findIndex(({ kind }) => kind === 'session-log');
    const chunks: Buffer[] = [];
    for await (const chunk of this.#folder.readSource(Math.max(0, primary))) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

function textIn(row: string): string | null {
  try {
    const text: unknown = JSON.parse(row)?.toolUseResult?.originalFile;
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
