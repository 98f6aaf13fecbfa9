/** A copied `OT_HOME` must not write the lane of the original. */
import { cpSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import { beginNewLane, withWritableBucket } from '../../src/bucket/lane.ts';
import { acquireLock } from '../../src/bucket/lock.ts';
import { healManifest } from '../../src/bucket/manifest.ts';
import { append, conversation, writeSession } from '../capture/session-file.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { tempDir } from '../support/git-env.ts';
import { testPlatform } from '../support/platform.ts';

const SESSIONS = [1, 2, 3].map((n) => `${n}1111111-2222-4333-8444-555555555555`);
const IDS = SESSIONS.map((session) => traceIdOf('claude-code', session));

function lanesOf(refs: string): Set<string> {
  return new Set(refs.split('\n').map((line) => line.split('/')[3]!));
}

async function copyOf(original: TestBucket, machineId: string): Promise<TestBucket> {
  const home = join(tempDir(), 'copy');
  cpSync(original.home, home, { recursive: true, preserveTimestamps: true });
  return TestBucket.open({ home, machineId });
}

describe('a copied home', () => {
  it.each([
    ['on another machine', 'another-machine'],
    ['in another place of this machine', 'test-machine'],
  ])('%s begins a lane of its own; both go on, nothing is lost', async (_, machineId) => {
    const original = await TestBucket.open();
    const path = writeSession(conversation(1, SESSIONS[0]));
    await original.capture([path]);
    const refs = await original.refs();
    const copy = await copyOf(original, machineId);
    expect(copy.bucket.laneIsOurs).toBe(false);
    await expectVerified(copy);
    expect(await copy.refs()).toBe(refs);
    const grown = conversation(3, SESSIONS[0]).bytes();
    append(path, grown.subarray(conversation(1, SESSIONS[0]).bytes().length));
    await copy.capture([path, writeSession(conversation(1, SESSIONS[1]))]);
    await original.capture([path, writeSession(conversation(1, SESSIONS[2]))]);
    expect(lanesOf(await original.refs())).toEqual(lanesOf(refs));
    expect(lanesOf(await copy.refs()).size).toBe(1);
    expect(lanesOf(await copy.refs())).not.toEqual(lanesOf(refs));
    expect([...(await copy.trees()).keys()]).toEqual([IDS[0], IDS[1]].sort());
    expect([...(await original.trees()).keys()]).toEqual([IDS[0], IDS[2]].sort());
    expect((await copy.trees()).get(IDS[0]!)).toBe((await original.trees()).get(IDS[0]!));
    const log = await copy.plainGit(
      'log',
      '--format=%s',
      `refs/opentraces/lanes/${[...lanesOf(await copy.refs())][0]}/2026-02`,
    );
    expect(log.split('\n')).toHaveLength(2);
    await copy.reopen();
    expect(copy.bucket.laneIsOurs).toBe(true);
    await expectVerified(original, copy);
  });

  it('keeps its lane when it is only moved back, or reached by another name', async () => {
    const original = await TestBucket.open();
    await original.capture([writeSession(conversation(1))]);
    const link = join(tempDir(), 'link');
    symlinkSync(original.home, link);
    expect((await TestBucket.open({ home: link })).bucket.laneIsOurs).toBe(true);
    const away = `${original.home}.away`;
    renameSync(original.home, away);
    renameSync(away, original.home);
    expect((await TestBucket.open({ home: original.home })).bucket.laneIsOurs).toBe(true);
  });

  it('heals its manifest in its own lane', async () => {
    const original = await TestBucket.open();
    await original.capture([writeSession(conversation(1))]);
    const copy = await copyOf(original, 'another-machine');
    expect(await withWritableBucket(copy.bucket, healManifest)).toEqual([]);
    expect(lanesOf(await copy.refs())).not.toEqual(lanesOf(await original.refs()));
    await expectVerified(copy);
  });

  it('begins its lane again when it was killed between refs and file', async () => {
    const original = await TestBucket.open();
    await original.capture([writeSession(conversation(1, SESSIONS[0]))]);
    const copy = await copyOf(original, 'another-machine');
    const file = join(copy.home, 'bucket.json');
    const before = copy.bucket;
    await beginNewLane(before);
    writeFileSync(file, JSON.stringify({ format: 1, lane: before.lane, machine: 'original' }));
    await copy.reopen();
    await copy.capture([writeSession(conversation(1, SESSIONS[1]))]);
    await copy.reopen();
    expect([...lanesOf(await copy.refs())]).toEqual([copy.bucket.lane]);
    expect((await copy.trees()).size).toBe(2);
    await expectVerified(copy);
  });

  it('keeps both months when someone’s edits made two lanes', async () => {
    const original = await TestBucket.open();
    await original.capture([writeSession(conversation(1))]);
    const [name, oid] = (await original.refs()).split(' ');
    await original.plainGit('update-ref', name!.replace(original.bucket.lane, '0123456789abcdef'), oid!);
    const copy = await copyOf(original, 'another-machine');
    await withWritableBucket(copy.bucket, async () => undefined);
    await copy.reopen();
    const lanes = lanesOf(await copy.refs());
    expect(lanes.size).toBe(2);
    expect(lanes.has(copy.bucket.lane)).toBe(true);
    expect(lanes.has('0123456789abcdef')).toBe(false);
  });
});

describe('a home copied while it was locked', () => {
  it('is not locked on another machine, while the original is', async () => {
    const original = await TestBucket.open({ machineId: 'first' });
    await original.capture([writeSession(conversation(1, SESSIONS[0]))]);
    const held = await acquireLock(original.home, testPlatform({ machineId: 'first' }));
    const copy = await copyOf(original, 'second');
    await copy.capture([writeSession(conversation(1, SESSIONS[1]))]);
    expect((await copy.trees()).size).toBe(2);
    const waiting = acquireLock(original.home, testPlatform({ machineId: 'second' }), { waitMs: 20 });
    await expect(waiting).rejects.toMatchObject({
      code: 'OT_BUCKET_LOCKED',
      message: expect.stringContaining('another machine'),
      hint: expect.stringContaining('lock.'),
    });
    await held.release();
    rmSync(copy.home, { recursive: true });
  });
});
