// Preloaded into a process: as it exits, writes the peak of its own resident memory, in bytes, to the file
// named by BENCH_PEAK_FILE. Linux keeps the peak of this program apart from that of whoever started it.
const { readFileSync, writeFileSync } = require('node:fs');

const path = process.env.BENCH_PEAK_FILE;
delete process.env.BENCH_PEAK_FILE;
delete process.env.NODE_OPTIONS;
process.on('exit', () => writeFileSync(path, String(peakBytes())));

function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kilobytes) * 1024;
}
