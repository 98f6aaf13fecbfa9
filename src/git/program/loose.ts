/** Writes a small group of objects as loose files: compressed and synced aside, then moved into place. */
import { closeSync, fsync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { objectHeader } from '../object-codec.ts';
import type { ObjectType, Oid } from '../ports.ts';
import { Compressor } from './deflate.ts';
import type { Quarantine } from './quarantine.ts';

export interface NewObject {
  readonly oid: Oid;
  readonly type: ObjectType;
  readonly data: Buffer;
}

/** Files open at the same time. */
const GROUP = 100;
const sync = promisify(fsync);

/**
 * Every file is complete and synced before the first is moved, so an error leaves nothing visible. Objects
 * that already have a loose file are skipped.
 */
export async function writeLoose(quarantine: Quarantine, objects: readonly NewObject[]): Promise<void> {
  const fresh = objects.filter((object) => !quarantine.has(loosePlace(object.oid)));
  if (fresh.length === 0) return;
  const folder = quarantine.folder();
  for (let at = 0; at < fresh.length; at += GROUP) await writeGroup(folder, fresh.slice(at, at + GROUP));
  for (const { oid } of fresh) quarantine.publish(join(folder, oid), loosePlace(oid));
}

function loosePlace(oid: Oid): string {
  return `${oid.slice(0, 2)}/${oid.slice(2)}`;
}

/**
 * Blocking writes into the page cache are cheaper than a trip through the thread pool; syncs come
 * after the last write of the group, so that the file system commits them together.
 */
async function writeGroup(folder: string, objects: readonly NewObject[]): Promise<void> {
  const open: number[] = [];
  const compressor = new Compressor();
  const write = (oid: Oid, zipped: Buffer): void => {
    const fd = openSync(join(folder, oid), 'wx', 0o444);
    open.push(fd);
    writeFileSync(fd, zipped);
  };
  const writes = await Promise.allSettled(
    objects.map(async (object) => write(object.oid, await compressor.compress(looseBytes(object)))),
  );
  const synced = await Promise.allSettled(open.map((fd) => sync(fd)));
  for (const fd of open) closeSync(fd);
  for (const outcome of [...writes, ...synced]) if (outcome.status === 'rejected') throw outcome.reason;
}

function looseBytes(object: NewObject): Buffer {
  return Buffer.concat([objectHeader(object.type, object.data.length), object.data]);
}
