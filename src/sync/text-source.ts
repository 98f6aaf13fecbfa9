/** A source as sealing sees it: always text. What is packed is unpacked, and its sealed copy is plain. */
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { formatByName } from '../capture/formats.ts';
import type { SourceMeta } from '../record/source.ts';

export interface TextSource {
  /** Descriptor of the text: format and file name are those of the sealed source. */
  readonly meta: SourceMeta;
  read(): AsyncIterable<Buffer>;
  /** {@link read} without so many chunks of the stored source; null when its chunks are not its text. */
  readonly readFrom: ((chunk: number) => AsyncIterable<Buffer>) | null;
}

/** The sources of a trace in order. */
export async function textSources(raw: TraceFolder): Promise<TextSource[]> {
  return (await raw.sourceMetas()).map((meta, source) => textSource(raw, meta, source));
}

function textSource(raw: TraceFolder, meta: SourceMeta, source: number): TextSource {
  const readFrom = (chunk: number): AsyncIterable<Buffer> => raw.readSource(source, chunk);
  const read = (): AsyncIterable<Buffer> => readFrom(0);
  const text = formatByName(meta.agent, meta.format)?.text;
  if (text === undefined) return { meta, read, readFrom };
  const file_name = meta.file_name.replace(/\.zst$/, '');
  const plain = { ...meta, format: text.format.name, file_name };
  return { meta: plain, read: () => text.unpack(read()), readFrom: null };
}
