/** A session that grew seals its growth; a secret that the growth brings to light is sought in all of it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localEngine, type SealEngine } from '../../src/security/seal-engine.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { draw } from '../security/samples.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { sessionIdOf, tokenOf } from './sessions.ts';

const WORD = draw(24, undefined, 77);
const CHUNK = 128 * 1024;

/** Counts the bytes of both passes. */
class Meter implements SealEngine {
  readonly width = 1;
  bytes = 0;

  open(...args: Parameters<SealEngine['open']>): ReturnType<SealEngine['open']> {
    const job = localEngine.open(...args);
    return {
      scan: (batch, entries) => job.scan(this.#count(batch), entries),
      seal: (batch, ...rest) => job.seal(this.#count(batch), ...rest),
      close: () => job.close(),
    };
  }

  #count(batch: Buffer): Buffer {
    this.bytes += batch.length;
    return batch;
  }
}

function session(turns: number, end = ''): string {
  const text = new SessionText(sessionIdOf(1));
  text.user(`Use ${tokenOf(1)}. The word is ${WORD}.`);
  for (let turn = 0; turn < turns; turn += 1)
    text.say(`Turn ${turn} in /home/zqbcdfg/x: ${'all is well, and so on. '.repeat(400)}`);
  if (end !== '') text.user(end);
  return writeSession(text);
}

async function treeOf(remote: BareRemote): Promise<string> {
  const [ref] = (await remote.refs()).keys();
  return remote.plainGit('rev-parse', `${ref}^{tree}`);
}

it('seals its growth only, to the same tree', async () => {
  const [remote, fresh] = [await BareRemote.create(), await BareRemote.create()];
  const meter = new Meter();
  const anna = new SyncMachine({ sealing: meter });
  await anna.addRemote(remote.gitDir);
  await anna.capture(session(80));
  await anna.push();
  expect(meter.bytes).toBeGreaterThan(10 * CHUNK);
  meter.bytes = 0;
  const whole = session(84, 'And that is all.');
  await anna.capture(whole);
  const { plan } = await anna.push();
  expect(plan.refs).toMatchObject([{ action: 'grow' }]);
  expect(meter.bytes).toBeGreaterThan(0);
  expect(meter.bytes).toBeLessThan(2 * 3 * CHUNK);
  const ben = new SyncMachine();
  await ben.addRemote(fresh.gitDir);
  await ben.capture(whole);
  await ben.push();
  expect(await treeOf(fresh)).toBe(await treeOf(remote));
  await expectSound([remote, fresh], [anna]);
});

it('seals all of it when a secret comes to light, or when it is not known what was sealed', async () => {
  const remote = await BareRemote.create();
  const meter = new Meter();
  const anna = new SyncMachine({ sealing: meter });
  await anna.addRemote(remote.gitDir);
  await anna.capture(session(30));
  await anna.push();
  expect((await remote.everyByte()).includes(WORD)).toBe(true);
  await anna.capture(session(30, `export API_TOKEN=${WORD}`));
  const { plan } = await anna.push();
  expect(plan.refs).toMatchObject([{ action: 'rewrite' }]);
  const [ref] = (await remote.refs()).keys();
  expect(await remote.plainGit('log', '-p', '--format=', ref!)).not.toContain(WORD);
  rmSync(join(anna.home, 'cache', 'seal.json'));
  meter.bytes = 0;
  await anna.capture(session(31, `export API_TOKEN=${WORD}`));
  await anna.push();
  expect(meter.bytes).toBeGreaterThan(4 * CHUNK);
  expect(await remote.plainGit('log', '-p', '--format=', ref!)).not.toContain(WORD);
  await expectSound([remote], [anna]);
});
