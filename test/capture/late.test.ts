/** Results that come long after their call: a second pass gives what an unbounded window would. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import { INLINE_BYTES } from '../../src/bucket/layout.ts';
import { ownShelf } from '../../src/bucket/shelves.ts';
import { ClaudeParse } from '../../src/capture/claude-code/session-parse.ts';
import { getTrace } from '../../src/trace/get.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { expectPure } from './rederive.ts';
import { SESSION_ID, SessionText, writeSession } from './session-file.ts';
import { runOnce } from './shared/support.ts';

const TRACE_ID = traceIdOf('claude-code', SESSION_ID);

/** Three calls, then more steps than any window holds, then their results. */
function lateSession(between: number): SessionText {
  const session = new SessionText().user('start');
  for (let call = 1; call <= 3; call += 1) session.call('Bash', { command: `sleep ${call}` });
  for (let step = 0; step < between; step += 1) session.user(`meanwhile ${step}`);
  session.result('call_2', 'second').result('call_1', `first ${'x'.repeat(INLINE_BYTES)}`);
  return session.result('call_3', [{ type: 'image', source: image() }]);
}

function image(): object {
  return { type: 'base64', media_type: 'image/png', data: Buffer.from('png bytes').toString('base64') };
}

describe('results long after their call', () => {
  it('are where they belong', async () => {
    const bucket = await TestBucket.open();
    const path = writeSession(lateSession(700));
    await bucket.capture([path]);
    const { steps } = await getTrace([ownShelf(bucket.bucket)], TRACE_ID, 'all');
    const makeParse = (options: ConstructorParameters<typeof ClaudeParse>[0]) =>
      new ClaudeParse(options, Number.POSITIVE_INFINITY);
    const unbounded = runOnce(readFileSync(path), { sessionId: SESSION_ID, makeParse });
    expect(unbounded.late.size).toBe(0);
    expect(steps.map(withoutAttachments)).toEqual(
      (JSON.parse(JSON.stringify(unbounded.steps)) as object[]).map(withoutAttachments),
    );
    expect(steps[1]!.observations[0]!.content).toMatch(/^first x+$/);
    expect(steps[3]!.attachments).toMatchObject([{ media_type: 'image/png', bytes: 9 }]);
    await expectVerified(bucket);
    await expectPure(bucket);
  });

  it('leave nothing of the first pass behind', async () => {
    const bucket = await TestBucket.open();
    await bucket.capture([writeSession(lateSession(700))]);
    const folder = await bucket.folder(TRACE_ID);
    const blobs = [...(await folder.files()).keys()].filter((path) => path.startsWith('blobs/'));
    expect(blobs).toHaveLength(2);
  });
});

function withoutAttachments(step: object): object {
  return { ...step, attachments: undefined };
}
