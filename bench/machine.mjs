// What the numbers depend on, for the report.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

export function describeMachine() {
  const processors = cpus();
  return {
    platform: `${process.platform}-${process.arch}`,
    processors: processors.length,
    model: processors[0]?.model ?? 'unknown',
    memory_mb: Math.round(totalmem() / 1e6),
    node: process.version,
    git: execFileSync('git', ['--version'], { encoding: 'utf8' }).trim().replace('git version ', ''),
  };
}

/** Load averages of 1, 5 and 15 minutes: above the number of processors, a run is noise. */
export function loadAverage() {
  return loadavg().map((value) => Math.round(value * 100) / 100);
}
