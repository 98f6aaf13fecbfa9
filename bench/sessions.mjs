// The sessions that are captured: the corpus of real ones, or ones made from the fixtures in like sizes.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES } from './paths.mjs';
import { SessionMaker } from './session-maker.mjs';

const AGENTS = ['claude-code', 'codex', 'pi', 'gemini-cli', 'opencode', 'copilot-cli'];
/** Fixtures that show damage or another form: no material for sessions that shall be valid. */
const NOT_FOR_MAKING = new Set(['damaged', 'glued-lines', 'loglines', 'program-run']);
/** Sizes of made sessions grow evenly on a logarithmic scale, as those of real ones roughly do. */
const MADE = { count: 100, smallest: 2_000, largest: 4_000_000 };

/**
 * @param {string} corpus
 * @param {string} scratch folder for made sessions, not there yet
 * @returns {{folder: string, source: string, files: {path: string, bytes: number}[], bytes: number, agents: string[]}}
 * every file is read once, so that its pages are in memory; `agents`: a folder for each agent whose sessions are there
 */
export function openSessions(corpus, scratch) {
  const real = join(corpus, 'sessions', 'claude-code');
  const found = existsSync(real);
  if (!found) makeSessions(scratch);
  const folder = found ? real : scratch;
  const files = filesBelow(folder).map((path) => ({ path, bytes: readFileSync(path).length }));
  const source = found ? 'the corpus' : 'made from fixtures (no corpus found)';
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const agents = AGENTS.map((agent) => join(corpus, 'sessions', agent)).filter((path) => existsSync(path));
  return { folder, source, files, bytes, agents: found ? agents : [folder] };
}

/** Files of a folder that a capture reads: logs, documents, stores. */
export function sessionFiles(folder) {
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  const files = names.filter((path) => /\.(?:jsonl?|zst|db)$/.test(path) && statSync(path).isFile()).sort();
  for (const path of files) readFileSync(path);
  return files;
}

/** Main sessions of a folder as lists of lines; logs of sub-agents and other documents are left out. */
export function mainSessions(folder) {
  return filesBelow(folder)
    .filter((path) => path.endsWith('.jsonl') && !/(^|[\\/])agent-[^\\/]*$/.test(path))
    .map((path) => readFileSync(path, 'utf8').split('\n'));
}

function filesBelow(folder) {
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  return names.filter((path) => /\.jsonl?$/.test(path) && statSync(path).isFile()).sort();
}

function makeSessions(folder) {
  const material = readdirSync(FIXTURES)
    .filter((name) => !NOT_FOR_MAKING.has(name) && existsSync(join(FIXTURES, name, 'input.jsonl')))
    .map((name) => readFileSync(join(FIXTURES, name, 'input.jsonl'), 'utf8').split('\n'));
  mkdirSync(folder);
  const { count, smallest, largest } = MADE;
  for (let index = 0; index < count; index += 1) {
    const bytes = smallest * (largest / smallest) ** (index / (count - 1));
    new SessionMaker(`made-${index}`).writeInto(folder, material, bytes);
  }
}
