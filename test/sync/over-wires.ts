/** The same tests over every kind of remote. */
import { afterAll, beforeAll, describe } from 'vitest';
import { type BareRemote, SyncMachine } from '../support/machines.ts';
import { type GitServer, isMissing, startWire, WIRES } from '../support/servers.ts';

/** Makes a machine that knows this repository as its remote `team`. */
export type Join = (remote: BareRemote) => Promise<SyncMachine>;

export function describeOverWires(tests: (join: Join) => void): void {
  describe.each(WIRES)('over %s', (wire) => {
    describe.skipIf(isMissing(wire))('a remote', () => {
      let server: GitServer | undefined;
      beforeAll(async () => {
        server = await startWire(wire);
      });
      afterAll(() => server?.stop());
      tests(async (remote) => {
        const machine = new SyncMachine({ env: server!.env });
        await machine.addRemote(server!.url(remote.gitDir));
        return machine;
      });
    });
  });
}
