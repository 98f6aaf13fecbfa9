/** What a visit of the drain makes of repositories that do not answer. */
import { expect, it } from 'vitest';
import { OtError } from '../../../src/base/errors.ts';
import { Beside } from '../../../src/capture/live/beside.ts';
import { visitor } from '../../../src/capture/live/visit.ts';
import { gitTooSlow } from '../../../src/git/failure.ts';
import { TestBucket } from '../../support/bucket.ts';

it('a repository whose git never ends holds up its own session alone; what the bucket says passes', async () => {
  const { bucket } = await TestBucket.open();
  const failing = (error: OtError) =>
    visitor({
      bucket,
      describeRepository: async () => null,
      isTracked: async () => {
        throw error;
      },
      isMarked: () => false,
      locate: () => null,
      beside: new Beside(bucket, {
        packedTip: async () => null,
        lookAtStart: async () => ({ starts: [], texts: [] }),
        turns: { git: { between: async () => [], filesAt: async () => new Map() }, take: async () => null },
      }),
    });
  const visit = { agent: 'pi', transcript: '/log.jsonl', cwd: '/w', sessionId: null, events: [] };
  expect(await failing(gitTooSlow('config'))(visit)).toEqual({ outcome: 'absent', code: 'OT_GIT_TOO_SLOW' });
  const locked = new OtError('OT_BUCKET_LOCKED', 'conflict', 'locked');
  await expect(failing(locked)(visit)).rejects.toBe(locked);
});
