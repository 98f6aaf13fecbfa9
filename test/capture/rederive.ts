/** What a rebuild does: a trace derived again from its stored sources alone, into the same store. */
import { expect } from 'vitest';
import type { TraceFolder } from '../../src/bucket/trace-folder.ts';
import {
  ingestPrimary,
  sourceMetaOf,
  storeSource,
  traceHeadOf,
  writeRecords,
} from '../../src/capture/derive.ts';
import { formatByName } from '../../src/capture/formats.ts';
import { identityOfSource, primarySource } from '../../src/capture/identity.ts';
import type { SourceInput } from '../../src/capture/source-input.ts';
import { TraceFiles } from '../../src/capture/trace-files.ts';
import type { SourceMeta } from '../../src/record/source.ts';
import type { TestBucket } from '../support/bucket.ts';

/** Tree id of the trace as its sources, its project and the parser give it. */
export async function rederivedTree(bucket: TestBucket, folder: TraceFolder): Promise<string> {
  const { repository } = bucket.bucket;
  const batch = repository.objects.batch();
  const files = new TraceFiles(batch, repository.algorithm);
  const metas = await folder.sourceMetas();
  const decides = primarySource(metas);
  const identities = metas.map((meta) => identityOfSource(formatByName(meta.agent, meta.format)!, meta));
  const inputs = metas.map((meta, source): SourceInput => {
    return { fileName: meta.file_name, read: () => folder.readSource(source) };
  });
  const { stored: main, facts } = await ingestPrimary(identities[decides]!, inputs[decides]!, files, decides);
  const next: SourceMeta[] = [];
  for (const [source, identity] of identities.entries()) {
    const input = inputs[source]!;
    const stored = source === decides ? main : await storeSource(input, files, folder.names, source);
    next.push(sourceMetaOf(identity, input.fileName, stored));
  }
  writeRecords(
    files,
    traceHeadOf(identities[decides]!, facts),
    next,
    await folder.project(),
    await folder.dependencies(),
  );
  const tree = files.writeTree();
  await batch.commit();
  return tree;
}

/** Every trace of the bucket follows from its stored sources. */
export async function expectPure(bucket: TestBucket): Promise<void> {
  for (const [traceId, tree] of await bucket.trees()) {
    expect(await rederivedTree(bucket, await bucket.folder(traceId)), traceId).toBe(tree);
  }
}
