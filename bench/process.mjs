// Starting what is measured: argument arrays, a given environment and nothing of ours.
import { spawnSync } from 'node:child_process';

const LARGEST_OUTPUT = 1024 * 1024 * 1024;

/**
 * @typedef {object} Command
 * @property {string} program
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} env the whole environment
 * @property {string} [cwd]
 * @property {string} [input]
 */

/**
 * Runs a command to its end. Throws, with the end of its stderr, when it does not exit with 0.
 * @param {Command} command
 * @returns {{ms: number, stdout: string}}
 */
export function runCommand({ program, args, env, cwd, input }) {
  const options = { env, cwd, input: input ?? '', maxBuffer: LARGEST_OUTPUT };
  const start = process.hrtime.bigint();
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, options);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (error !== undefined) throw error;
  if (status !== 0) {
    const words = [program, ...args].join(' ').slice(0, 300);
    const outcome = signal === null ? `exit ${status}` : `signal ${signal}`;
    throw new Error(`${words}: ${outcome}\n${stderr.toString('utf8').slice(-1000)}${stdout.subarray(-1000)}`);
  }
  return { ms, stdout: stdout.toString('utf8') };
}
