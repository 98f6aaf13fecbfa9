/** Writes a small group of objects as loose files: compressed and synced aside, then moved into place. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { objectHeader } from '../object-codec.ts';
import type { ObjectType, Oid } from '../ports.ts';
import { compress } from './deflate.ts';
import type { Quarantine } from './quarantine.ts';

export interface NewObject {
  readonly oid: Oid;
  readonly type: ObjectType;
  readonly data: Buffer;
}

/** Files written at the same time: syncs overlap, and the thread pool has four threads. */
const PARALLEL = 8;

/**
 * Every file is complete and synced before the first is moved, so an error leaves nothing visible. Objects
 * that already have a loose file are skipped.
 */
export async function writeLoose(quarantine: Quarantine, objects: readonly NewObject[]): Promise<void> {
  const fresh: Array<{ readonly file: string; readonly place: string }> = [];
  const queue = [...objects];
  const work = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const place = loosePlace(next.oid);
      if (await quarantine.has(place)) continue;
      const file = join(await quarantine.folder(), next.oid);
      await writeSynced(
        file,
        await compress(Buffer.concat([objectHeader(next.type, next.data.length), next.data])),
      );
      fresh.push({ file, place });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  for (const { file, place } of fresh) await quarantine.publish(file, place);
}

function loosePlace(oid: Oid): string {
  return `${oid.slice(0, 2)}/${oid.slice(2)}`;
}

async function writeSynced(file: string, data: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o444);
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
