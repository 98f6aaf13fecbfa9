/** What was seen at a session's start, as it may leave: ids of texts follow from the sealed texts. */
import { hashObject } from '../git/object-codec.ts';
import type { HashAlgorithm } from '../git/ports.ts';
import type { InstructionFile, ObservedStart } from '../record/start.ts';

/** Without what stays here: texts that git ignores, and ids and sizes that would tell of raw texts. */
export function leavingStart(start: ObservedStart | null): ObservedStart | null {
  if (start === null) return null;
  const used = new Set<number>();
  const starts = start.starts.map(({ files, ...facts }) => ({
    ...facts,
    files: files.map(({ blob: _, text, ...file }: InstructionFile): InstructionFile => {
      if (text === undefined) return file;
      if (file.ignored === true) return { ...file, bytes: 0, omitted: 'private' };
      used.add(text);
      return { ...file, bytes: 0, text };
    }),
  }));
  return { starts, texts: start.texts.map((text, at) => (used.has(at) ? text : '')) };
}

/** The sealed value of {@link leavingStart} with sizes and ids of its own texts. */
export function arrivedStart(sealed: ObservedStart, algorithm: HashAlgorithm): ObservedStart {
  const texts = sealed.texts.map((text) => Buffer.from(text, 'utf8'));
  const starts = sealed.starts.map((start) => ({
    ...start,
    files: start.files.map((file) => {
      const text = file.text === undefined ? undefined : texts[file.text];
      if (text === undefined) return file;
      return { ...file, bytes: text.length, blob: hashObject(algorithm, 'blob', text) };
    }),
  }));
  return { starts, texts: sealed.texts };
}

/** As a source for programs that look at bytes: one line. */
export function startBytes(start: ObservedStart | null): Array<() => AsyncIterable<Buffer>> {
  if (start === null) return [];
  return [
    async function* () {
      yield Buffer.from(JSON.stringify(start), 'utf8');
    },
  ];
}
