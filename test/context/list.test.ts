/** `ctx list` and `ctx info` read one manifest row a trace and no object of a context. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findTrace, openCopy } from '../../src/bucket/find.ts';
import { listTraces } from '../../src/bucket/list.ts';
import { ownShelf } from '../../src/bucket/shelves.ts';
import { contextRow, contextRows } from '../../src/context/list.ts';
import type { ObjectReader } from '../../src/git/ports.ts';
import { TestBucket } from '../support/bucket.ts';
import { ROOT } from '../support/cli.ts';

/** A reader that counts the objects other than trees that it hands out. */
function counting(objects: ObjectReader, read: string[]): ObjectReader {
  const note = <T extends { type: string; oid?: string } | null>(found: T): T => {
    if (found !== null && found.type !== 'tree' && found.type !== 'commit') read.push(found.type);
    return found;
  };
  return new Proxy(objects, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target);
      if (name !== 'read' && name !== 'readPath') return call;
      return async (...args: unknown[]) => note(await call(...args));
    },
  });
}

it('reads one object a trace', async () => {
  const bucket = await TestBucket.open();
  await bucket.capture([join(ROOT, 'fixtures', 'sessions', 'claude-code')]);
  const read: string[] = [];
  const own = ownShelf(bucket.bucket);
  const shelf = { ...own, objects: counting(own.objects, read) };
  const listed = await listTraces([shelf], () => undefined);
  const rows = contextRows(listed, true);
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.every(({ has_context, node_count }) => has_context && node_count >= 0)).toBe(true);
  expect(read).toHaveLength(rows.length);
  read.length = 0;
  const copy = await findTrace([shelf], rows[0]!.trace_id);
  expect(contextRow({ row: await openCopy(copy).meta(), copies: [copy] })).toEqual(rows[0]);
  expect(read).toHaveLength(1);
});
