/** A platform for tests: a stepping clock, seeded randomness, real processes. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../../src/base/platform.ts';
import { processStart } from '../../src/cli/machine.ts';

let made = 0;

/** Each call gives other random numbers; `machineId` names the pretended machine. */
export function testPlatform(
  options: { readonly machineId?: string; readonly seed?: string } = {},
): Platform {
  made += 1;
  const seed = options.seed ?? `platform-${made}`;
  let drawn = 0;
  return {
    now: () => new Date(),
    randomHex: (bytes) => {
      drawn += 1;
      return createHash('sha512')
        .update(`${seed}/${drawn}`)
        .digest('hex')
        .slice(0, bytes * 2);
    },
    sleep: (milliseconds) => delay(milliseconds),
    pid: process.pid,
    processStart,
    machineId: options.machineId ?? 'test-machine',
  };
}
