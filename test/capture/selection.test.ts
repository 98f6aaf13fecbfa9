/** Which sessions carry a do-not-save mark. */
import { expect, it } from 'vitest';
import { assertTaken } from '../../src/capture/selection.ts';

const MARKED = 'marked-1';

it.each([
  ['its own id', { sessionId: MARKED }],
  ['the id of its parent', { sessionId: `${MARKED}/other`, parentSessionId: MARKED }],
  ['the own id of a sub-agent', { sessionId: `other/${MARKED}`, parentSessionId: 'other' }],
])('a session is left out by %s', async (_, identity) => {
  await expect(take(identity)).rejects.toMatchObject({ code: 'OT_SESSION_LEFT_OUT' });
});

it.each([{ sessionId: `${MARKED}0` }, { sessionId: `other/${MARKED}0`, parentSessionId: 'other' }])(
  'another session is taken',
  async (identity) => {
    await expect(take(identity)).resolves.toBeUndefined();
  },
);

function take(identity: { sessionId: string; parentSessionId?: string }): Promise<void> {
  const selection = { isMarked: (id: string) => id === MARKED, isTracked: async () => true };
  return assertTaken(selection, '/log', { firstTimestamp: null, ...identity }, () => null);
}
