/**
 * What the program takes from the machine, injected so that tests can fix it: only `cli/app.ts` makes a
 * real one.
 */
export interface Platform {
  now(): Date;
  /** `bytes` random bytes as lower-case hex. */
  randomHex(bytes: number): string;
  sleep(milliseconds: number): Promise<void>;
  readonly pid: number;
  /** Start mark of a process (clock ticks since boot where known), or null when it is not running. */
  processStart(pid: number): string | null;
  /** Stable id of this machine, for telling a copied bucket from the original. */
  readonly machineId: string;
  /** Says one line to the person who waits; absent when nobody wants to hear it. */
  notice?: (line: string) => void;
}
