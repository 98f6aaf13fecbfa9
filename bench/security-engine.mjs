// The security tools of these sources, bundled for this run: what the other parts of the benchmark measure.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { ROOT } from './paths.mjs';

const EXPORTS = [
  ['policy.ts', 'resolvePolicy'],
  ['registry.ts', 'TOOLS'],
  ['secret-list.ts', 'SecretList'],
  ['source-sealer.ts', 'SourceSealer'],
  ['text-search.ts', 'TextSearch'],
  ['fields.ts', 'FieldClassifier'],
  ['detectors/anchored.ts', 'joinDetectors'],
  ['detectors/regex.ts', 'REGEX_RULES'],
  ['detectors/entropy.ts', 'ENTROPY_RULES'],
  ['detectors/business-logic.ts', 'BUSINESS_RULES'],
  ['byte-text.ts', 'fromString'],
];

/** @returns {Promise<Record<string, any>>} the modules' exports by name */
export async function loadEngine() {
  const folder = mkdtempSync(join(tmpdir(), 'ot-bench-security-'));
  try {
    const entry = join(folder, 'entry.ts');
    const lines = EXPORTS.map(([file, name]) => `export { ${name} } from '${ROOT}/src/security/${file}';\n`);
    writeFileSync(entry, lines.join(''));
    const output = { dir: folder, format: 'cjs', entryFileNames: 'engine.cjs' };
    await build({ cwd: ROOT, input: entry, platform: 'node', tsconfig: false, logLevel: 'warn', output });
    return createRequire(import.meta.url)(join(folder, 'engine.cjs'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Detectors of these tools, joined as a policy joins them. */
export function detectorsOf(engine, names) {
  const tools = engine.TOOLS.filter(({ name, detector }) => names.includes(name) && detector !== null);
  return engine.joinDetectors(tools.map(({ detector }) => detector));
}

/** `text` as it leaves when it is sanitized alone, as a field of a JSON row. */
export function sanitized(engine, policy, text) {
  const list = new engine.SecretList();
  let line = Buffer.from(JSON.stringify({ text }));
  for (let round = 0; round < 4; round += 1) {
    const known = list.size;
    const sealer = new engine.SourceSealer({ policy, list, format: 'text' });
    sealer.scan(line);
    const sealed = sealer.seal(line);
    if (round > 0 && list.size === known) return JSON.parse(sealed.toString()).text;
    line = sealed;
  }
  return JSON.parse(line.toString()).text;
}
