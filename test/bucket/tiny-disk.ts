/** A small file system of its own in a mount namespace, to fill up or to make read-only; needs Linux. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { binary, type Machine, newMachine, type Outcome, runProgram } from '../support/cli.ts';

const NAMESPACE = ['-r', '-m'];

/** False where user or mount namespaces cannot be made: then these tests are skipped. */
export function canMount(): boolean {
  try {
    const mount = 'mount -t tmpfs -o size=64k none /mnt';
    execFileSync('unshare', [...NAMESPACE, 'sh', '-c', mount], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export class TinyDisk {
  readonly machine: Machine;
  readonly #holder: ChildProcessWithoutNullStreams;

  private constructor(machine: Machine, holder: ChildProcessWithoutNullStreams) {
    this.machine = machine;
    this.#holder = holder;
  }

  /** Mounts a file system of `size` (as `mount -o size=` takes it) at the machine's current folder. */
  static async mount(size: string): Promise<TinyDisk> {
    const made = newMachine();
    const script = 'mount -t tmpfs -o "size=$1" none "$2" && echo mounted && exec cat';
    const holder = spawn('unshare', [...NAMESPACE, 'sh', '-c', script, 'sh', size, made.cwd]);
    await once(holder.stdout, 'data');
    const otHome = `${made.cwd}/bucket-home`;
    return new TinyDisk({ ...made, otHome, env: { ...made.env, OT_HOME: otHome } }, holder);
  }

  /** Runs `git-ot` where the disk is mounted. */
  async ot(...argv: string[]): Promise<Outcome & { readonly reply: Reply }> {
    const outcome = await this.run(process.execPath, await binary(), ...argv, '--json');
    return { ...outcome, reply: JSON.parse(outcome.stdout) as Reply };
  }

  run(...command: string[]): Promise<Outcome> {
    const enter = ['-t', String(this.#holder.pid), '-U', '-m', '--preserve-credentials', '--'];
    return runProgram('nsenter', [...enter, ...command], { machine: this.machine, cwd: '/' });
  }

  /** A shell command with the mount point as current folder. */
  async shell(script: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(
      'sh',
      '-c',
      `cd "$0" && ${script}`,
      this.machine.cwd,
      ...args,
    );
    if (code !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  }

  /** Fills the disk until only this many KiB are free. */
  async leave(kib: number): Promise<void> {
    await this.shell('rm -f filler');
    const free = Number((await this.shell('df -k . | tail -1')).trim().split(/\s+/)[3]);
    await this.shell('head -c "$1" /dev/zero > filler', String(Math.max(0, free - kib) * 1024));
  }

  async unmount(): Promise<void> {
    this.#holder.stdin.end();
    await once(this.#holder, 'close');
  }
}

interface Reply {
  readonly status: string;
  readonly error?: { readonly code: string; readonly hint: string; readonly message: string };
  readonly [key: string]: unknown;
}
