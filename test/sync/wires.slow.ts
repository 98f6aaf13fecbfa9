/** The whole way from one machine to another, over every kind of remote that git reaches. */
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { remoteSealedRef } from '../../src/bucket/layout.ts';
import type { MetaRow } from '../../src/record/trace.ts';
import { tempDir } from '../support/git-env.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { startHttp } from '../support/servers.ts';
import { describeOverWires } from './over-wires.ts';
import { FIXTURES, plantedSession, plantedText, traceOf } from './sessions.ts';

describeOverWires((join) => {
  it('gets exactly the planned refs, and another machine gets the traces', async () => {
    const remote = await BareRemote.create();
    const [anna, ben] = [await join(remote), await join(remote)];
    await anna.capture(FIXTURES);
    const { plan, report } = await anna.push();
    const planned = plan.updates.map(({ remoteRef }) => remoteRef).sort();
    expect([...(await remote.refs()).keys()].sort()).toEqual(planned);
    expect(report.pushed).toBe(planned.length);
    expect(plan.refs.every(({ action }) => action === 'create')).toBe(true);
    const pulled = await ben.pull();
    expect(pulled.refs.map(({ change }) => change)).toEqual(planned.map(() => 'new'));
    expect(await ben.ids()).toEqual(await anna.ids());
    expect(pulled.new_traces).toBe((await anna.ids()).length);
    await expectSound([remote], [anna, ben]);
  });

  it('changes nothing in a dry run, here or there, and plans what a push then sends', async () => {
    const remote = await BareRemote.create();
    const anna = await join(remote);
    const session = plantedSession({ number: 1 });
    await anna.capture(session.path);
    for (const changed of [true, true, false]) {
      if (changed) {
        const more = plantedText({ number: 1, turns: 2 });
        appendFileSync(session.path, `${more.lines.slice(-2).join('\n')}\n`);
        await anna.capture(session.path);
      }
      const before = [anna.snapshot(), remote.snapshot()];
      const dry = await anna.plan({ dryRun: true });
      expect([anna.snapshot(), remote.snapshot()]).toEqual(before);
      expect(dry.updates).toEqual([]);
      const { plan } = await anna.push();
      expect(plan.refs).toEqual(dry.refs);
      expect(plan.replaced).toEqual(dry.replaced);
    }
  });

  it('is up to date at the second push, which writes nothing', async () => {
    const remote = await BareRemote.create();
    const anna = await join(remote);
    await anna.capture(`${FIXTURES}/basic`);
    await anna.push();
    await anna.push();
    const before = [anna.snapshot(), remote.snapshot()];
    const { plan, report } = await anna.push();
    expect(plan.refs.map(({ action }) => action)).toEqual(plan.refs.map(() => 'none'));
    expect(report).toEqual({ refs: [], pushed: 0 });
    expect([withoutLock(anna.snapshot()), remote.snapshot()]).toEqual([withoutLock(before[0]!), before[1]]);
  });
});

describeOverWires((join) => {
  it('grows by fast-forwards only', async () => {
    const remote = await BareRemote.create();
    const [anna, ben] = [await join(remote), await join(remote)];
    const tips: string[] = [];
    for (const turns of [1, 2, 3]) {
      const session = plantedSession({ number: 1, turns });
      await anna.capture(session.path);
      const { plan } = await anna.push();
      expect(plan.refs).toMatchObject([{ action: turns === 1 ? 'create' : 'grow', traces: 1, sealed: 1 }]);
      tips.unshift((await remote.refs()).get(remoteSealedRef(plan.lane, '2026-02'))!);
      expect((await ben.pull()).refs).toMatchObject([{ change: turns === 1 ? 'new' : 'updated' }]);
      const row = (await ben.list()).traces.get(session.traceId)!.row;
      expect(row).toMatchObject(lengthsOf((await anna.list()).traces.get(session.traceId)!.row));
    }
    const [ref] = (await remote.refs()).keys();
    expect((await remote.history(ref!)).map(([commit]) => commit)).toEqual(tips);
    await expectSound([remote], [anna, ben]);
  });

  it('carries more than fits into one request', async () => {
    const remote = await BareRemote.create();
    const [anna, ben] = [await join(remote), await join(remote)];
    await anna.capture(plantedSession({ number: 1, noise: 1_000_000 }).path);
    await anna.push();
    await ben.pull();
    expect(await ben.ids()).toEqual([traceOf(1)]);
    await expectSound([remote], [ben]);
  });
});

describe('over http', () => {
  it('sends large packs in chunks, gives a password when asked, and asks with packed requests', async () => {
    const password = { user: 'anna', secret: 'correct-horse' };
    const server = await startHttp({ password });
    const remote = await BareRemote.create();
    const [anna, ben] = [new SyncMachine(), new SyncMachine()];
    const url = server.urlWith(password.user, password.secret, remote.gitDir);
    for (const machine of [anna, ben]) await machine.addRemote(url);
    await anna.capture(plantedSession({ number: 1, noise: 1_000_000 }).path);
    const folder = tempDir();
    for (let number = 2; number < 40; number += 1) {
      plantedSession({ number, folder, month: `20${number + 10}-01` });
    }
    await anna.capture(folder);
    await anna.push();
    await ben.pull();
    await anna.capture(plantedSession({ number: 99 }).path);
    await anna.push();
    await ben.pull();
    await server.stop();
    expect(await ben.ids()).toEqual(await anna.ids());
    const posts = server.seen.filter((request) => request.startsWith('POST'));
    expect(posts).toContain(`POST ${remote.gitDir}/git-receive-pack chunked`);
    expect(posts).toContain(`POST ${remote.gitDir}/git-upload-pack gzip`);
  });
});

function lengthsOf({ raw_bytes, step_count, sources }: MetaRow): Partial<MetaRow> {
  return { raw_bytes, step_count, sources };
}

/** The lock's number tells how often it was taken. */
function withoutLock(files: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...files].filter(([path]) => !path.startsWith('lock.')));
}
