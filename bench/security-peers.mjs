// Other programs on the same bytes: gitleaks (the program on PATH) and detect-secrets (a Python that has it).
// They report what they found; a secret counts as caught when their finding is taken out of the text.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Prints the secrets found in each file of a folder as one JSON object. */
const DETECT_SECRETS = `
import json, os, sys
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
found = {}
with default_settings():
    for name in os.listdir(sys.argv[1]):
        found[name] = [s.secret_value for s in scan_file(os.path.join(sys.argv[1], name))]
json.dump(found, sys.stdout)
`;

const PEERS = {
  gitleaks: { program: 'gitleaks', scan: scanWithGitleaks },
  'detect-secrets': { program: 'python3', scan: scanWithDetectSecrets },
};

/** @returns {Array<{name: string, scan: (folder: string) => Map<string, string[]>}>} those that are there */
export function openPeers(programs) {
  return Object.entries(PEERS).flatMap(([name, { program, scan }]) => {
    const command = programs[name] ?? program;
    return isThere(name, command) ? [{ name, scan: (folder) => scan(command, folder) }] : [];
  });
}

function isThere(name, command) {
  const args = name === 'gitleaks' ? ['version'] : ['-c', 'import detect_secrets'];
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function scanWithGitleaks(command, folder) {
  const report = join(folder, '..', `${basename(folder)}.json`);
  const args = [
    'dir',
    folder,
    '--no-banner',
    '--exit-code',
    '0',
    '--report-format',
    'json',
    '--report-path',
    report,
  ];
  execFileSync(command, args, { stdio: 'ignore' });
  const found = new Map();
  for (const { File, Secret } of JSON.parse(readFileSync(report, 'utf8'))) {
    const name = basename(File);
    found.set(name, [...(found.get(name) ?? []), Secret]);
  }
  return found;
}

function scanWithDetectSecrets(command, folder) {
  const output = execFileSync(command, ['-c', DETECT_SECRETS, folder], { maxBuffer: 1 << 28 });
  return new Map(Object.entries(JSON.parse(output.toString('utf8'))));
}

/** What the peer leaves of each text, and the seconds it took for all of them. */
export function runPeer(peer, texts) {
  const scratch = mkdtempSync(join(tmpdir(), 'ot-bench-peer-'));
  const folder = join(scratch, 'rows');
  try {
    mkdirSync(folder);
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.txt`), text);
    const started = performance.now();
    const found = peer.scan(folder);
    const seconds = (performance.now() - started) / 1000;
    const left = texts.map((text, index) => without(text, found.get(`${index}.txt`) ?? []));
    return { left, seconds };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function without(text, secrets) {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '\0')), text);
}
