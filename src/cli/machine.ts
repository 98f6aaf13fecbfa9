/** Facts of the machine that no library gives: its stable id, and when a process began. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isSystemError } from '../base/errors.ts';

const ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** Stable id of this machine without blanks; the host name where the system keeps no id. */
export function machineId(): string {
  for (const path of ID_FILES) {
    const id = readText(path)?.trim() ?? '';
    if (/^[0-9a-f]{32}$/.test(id)) return id;
  }
  return `host-${hostname().replace(/[^\w.-]/g, '_')}`;
}

/**
 * Start mark of a running process, null when there is none. Linux: clock ticks since boot, so a reused
 * pid gives another mark; elsewhere only whether the process runs.
 */
export function processStart(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  if (process.platform === 'linux') {
    const stat = readText(`/proc/${pid}/stat`);
    if (stat !== null) return startOf(stat);
  }
  return isRunning(pid) ? 'running' : null;
}

/** Field 22 of `/proc/<pid>/stat`; a zombie (state Z) has ended, only its parent has not looked yet. */
function startOf(stat: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
