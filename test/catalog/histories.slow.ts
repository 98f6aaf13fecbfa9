/** Two machines that capture, push, pull and query in any order: the catalog is always as if built anew. */
import fc from 'fast-check';
import { it } from 'vitest';
import { writeSession } from '../capture/session-file.ts';
import { BareRemote, SyncMachine } from '../support/machines.ts';
import { plantedText } from '../sync/sessions.ts';
import { expectAsBuiltAnew, refresh } from './support.ts';

const RUNS = { numRuns: 25, seed: 20_260_302, verbose: 1 } as const;

const on = fc.nat(1);
const capture = fc.record({
  do: fc.constant('capture' as const),
  on,
  number: fc.integer({ min: 1, max: 3 }),
  turns: fc.constantFrom(1, 2, 5, 17, 33, 40),
});
const other = fc.record({ do: fc.constantFrom('push' as const, 'pull' as const, 'refresh' as const), on });
const history = fc.array(fc.oneof(capture, other, other), { minLength: 4, maxLength: 14 });

it('follows every history', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const remote = await BareRemote.create();
      const machines = [new SyncMachine(), new SyncMachine()];
      for (const machine of machines) await machine.addRemote(remote.gitDir);
      for (const step of steps) {
        const machine = machines[step.on]!;
        if (step.do === 'capture') await machine.capture(writeSession(plantedText(step)));
        else if (step.do === 'refresh') await refresh(machine);
        else await machine[step.do]();
      }
      for (const machine of machines) {
        await refresh(machine);
        await expectAsBuiltAnew(machine);
      }
    }),
    RUNS,
  );
});
