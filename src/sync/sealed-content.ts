/** What a sealed trace holds, in numbers: bytes of its sources, and placeholders in all that leaves of it. */
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { ObservedDependencies, ObservedProject } from '../record/source.ts';
import type { ObservedStart } from '../record/start.ts';
import { PlaceholderCounter } from '../security/placeholder.ts';

export interface SealedContent {
  /** Of its sources. */
  readonly bytes: number;
  /** Placeholders by kind; one that stood in the raw session already counts too. */
  readonly replaced: Readonly<Record<string, number>>;
}

/** What stands beside the sources of a trace. */
export interface BesideSources {
  readonly fileNames: readonly string[];
  readonly project: ObservedProject;
  readonly dependencies: ObservedDependencies | null;
  readonly start: ObservedStart | null;
}

/** Counts while the parts of a trace stream by. A source that is read again is counted once. */
export class ContentCounter {
  readonly #sources = new Map<number, { bytes: number; placeholders: PlaceholderCounter }>();
  readonly #beside = new PlaceholderCounter();

  constructor({ fileNames, project, dependencies, start }: BesideSources) {
    this.#beside.add(Buffer.from(JSON.stringify([fileNames, project, dependencies, start]), 'utf8'));
  }

  async *counted(source: number, parts: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    const count = { bytes: 0, placeholders: new PlaceholderCounter() };
    this.#sources.set(source, count);
    for await (const bytes of parts) {
      count.bytes += bytes.length;
      count.placeholders.add(bytes);
      yield bytes;
    }
  }

  content(): SealedContent {
    const sources = [...this.#sources.values()];
    const counts = [this.#beside, ...sources.map(({ placeholders }) => placeholders)];
    return {
      bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
      replaced: sumCounts(counts.map((counter) => counter.counts())),
    };
  }
}

/** The same of a sealed copy in the store: reads its sources, seals nothing. */
export async function contentOf(sealed: TraceFolder): Promise<SealedContent> {
  const metas = await sealed.sourceMetas();
  const counter = new ContentCounter({
    fileNames: metas.map((meta) => meta.file_name),
    project: await sealed.project(),
    dependencies: await sealed.dependencies(),
    start: await sealed.start(),
  });
  for (const source of metas.keys()) {
    for await (const _ of counter.counted(source, sealed.readSource(source)));
  }
  return counter.content();
}

/** Sums counts by kind. */
export function sumCounts(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const count of counts) {
    for (const [kind, n] of Object.entries(count)) sums.set(kind, (sums.get(kind) ?? 0) + n);
  }
  return Object.fromEntries([...sums].sort(([left], [right]) => (left < right ? -1 : 1)));
}
