/** Canaries through a push: planted, captured, sealed, sent; then every byte of the remote is looked at. */
import { expect } from 'vitest';
import {
  type Agent,
  everyByteOf,
  expectEveryCanary,
  expectNoCanary,
  type Planting,
  type PlantOptions,
  plantSessions,
} from '../support/canaries.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';

/** Plants in sessions of these agents and pushes once. */
export async function expectCanariesStay(
  agents: readonly Agent[],
  plantings: readonly Planting[],
  options: PlantOptions = {},
): Promise<void> {
  const remote = await BareRemote.create();
  const anna = new SyncMachine();
  await anna.addRemote(remote.gitDir);
  // Secrets of their own for each agent: a run that two of them share would name only one.
  const { number = 0 } = options;
  const planted = agents.map((agent, at) =>
    plantSessions(agent, plantings, { ...options, number: number + at * 1_000_000 }),
  );
  for (const { folder } of planted) await anna.capture(folder);
  expectEveryCanary(await anna.everyByte(), planted);
  await anna.push();
  expectNoCanary(await everyByteOf(remote), planted);
  expect((await remote.refs()).size).toBeGreaterThan(0);
  await expectSound([remote], []);
}
