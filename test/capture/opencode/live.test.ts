/** A hook of OpenCode names a session: of the database that holds many, no other is captured. */
import { expect, it } from 'vitest';
import { traceIdOf } from '../../../src/base/ids.ts';
import { openSqlite } from '../../../src/base/sqlite.ts';
import { Beside } from '../../../src/capture/live/beside.ts';
import type { Visit } from '../../../src/capture/live/fold.ts';
import { visitor } from '../../../src/capture/live/visit.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { fixture, SESSION, writeDatabase } from './stores.ts';

it('captures the session that the hook is about, as often as it grows', async () => {
  const path = await writeDatabase(fixture('rows/input.jsonl'));
  const database = await openSqlite(path);
  const write = (session: string, message: string): void =>
    database.exec(`INSERT INTO message VALUES ('${message}', '${session}', 1770200099000, 1770200099000,
      '{"role":"user","time":{"created":1770200099000}}')`);
  write('ses_private', 'm_private');
  const bucket = await TestBucket.open();
  const visit = visitor({
    bucket: bucket.bucket,
    describeRepository: async () => null,
    beside: new Beside(bucket.bucket, {
      packedTip: async () => null,
      lookAtStart: async () => ({ starts: [], texts: [] }),
      turns: {
        git: { between: async () => [], filesAt: async () => new Map() },
        take: async () => null,
      },
    }),
    isTracked: async () => true,
    isMarked: () => false,
    locate: () => path,
  });
  const ask: Visit = {
    agent: 'opencode',
    transcript: null,
    cwd: '/home/dev',
    sessionId: SESSION,
    events: [],
  };
  expect(await visit(ask)).toEqual({ outcome: 'captured', traces: 1, log: path });
  expect(await visit(ask)).toEqual({ outcome: 'captured', traces: 0, log: path });
  write(SESSION, 'msg_z');
  expect(await visit(ask)).toEqual({ outcome: 'captured', traces: 1, log: path });
  expect([...(await bucket.trees()).keys()]).toEqual([traceIdOf('opencode', SESSION)]);
  database.close();
  await expectVerified(bucket);
  await bucket.close();
});
