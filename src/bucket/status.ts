/** `bucket status`: what is here, without opening a trace. Never writes. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../base/errors.ts';
import type { Bucket } from './home.ts';
import { BUCKET_FORMAT } from './layout.ts';
import { copiesOfForeignTip, copiesOfTip } from './list.ts';
import { journalTips, ownShelf, type Shelf } from './shelves.ts';

export interface BucketStatus {
  readonly home: string;
  readonly format: number;
  readonly object_format: string;
  readonly lane: string;
  /** False when this folder is a copy; the next capture begins a lane of its own. */
  readonly lane_is_ours: boolean;
  readonly traces: number;
  readonly months: readonly { readonly month: string; readonly traces: number }[];
  readonly disk_bytes: number;
  readonly loose_objects: number;
  readonly packs: number;
  readonly pulled: readonly { readonly remote: string; readonly traces: number; readonly journals: number }[];
}

export async function bucketStatus(bucket: Bucket, shelves: readonly Shelf[]): Promise<BucketStatus> {
  const months = await countMonths(ownShelf(bucket));
  const disk = await measureObjects(join(bucket.gitDir, 'objects'));
  return {
    home: bucket.home,
    format: BUCKET_FORMAT,
    object_format: bucket.repository.algorithm,
    lane: bucket.lane,
    lane_is_ours: bucket.laneIsOurs,
    traces: [...months.values()].reduce((sum, count) => sum + count, 0),
    months: [...months].map(([month, traces]) => ({ month, traces })),
    ...disk,
    pulled: await Promise.all(shelves.filter((shelf) => shelf.remote !== undefined).map(countPulled)),
  };
}

async function countMonths(shelf: Shelf): Promise<Map<string, number>> {
  const months = new Map<string, number>();
  for (const tip of await journalTips(shelf)) {
    const count = (await copiesOfTip(tip)).length;
    months.set(tip.month, (months.get(tip.month) ?? 0) + count);
  }
  return new Map([...months].sort(([left], [right]) => (left < right ? -1 : 1)));
}

async function countPulled(shelf: Shelf): Promise<BucketStatus['pulled'][number]> {
  const tips = await journalTips(shelf);
  const copies = await Promise.all(tips.map(copiesOfForeignTip));
  const ids = new Set(copies.flat().map((copy) => copy.traceId));
  return { remote: shelf.remote ?? '', traces: ids.size, journals: tips.length };
}

async function measureObjects(
  folder: string,
): Promise<{ disk_bytes: number; loose_objects: number; packs: number }> {
  let bytes = 0;
  let loose = 0;
  let packs = 0;
  for (const name of await readNames(folder)) {
    const path = join(folder, name);
    for (const file of await readNames(path)) {
      bytes += await sizeOf(join(path, file));
      if (/^[0-9a-f]{2}$/.test(name)) loose += 1;
      else if (file.endsWith('.pack')) packs += 1;
    }
  }
  return { disk_bytes: bytes, loose_objects: loose, packs };
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** Zero for a file that another process has just moved into a pack. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 0;
    throw error;
  }
}
