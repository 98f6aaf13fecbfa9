// What a branch of checkpoints holds: which sessions a checkpoint names, and their transcripts.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitText, readObjects } from './git.mjs';

const SESSION_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/**
 * Writes a transcript for each session into `folder`: the union of those that the branch has of it.
 * @returns {{sessionsOf: Map<string, Set<string>>, files: Map<string, string>, absent: number}} sessions by the id of
 * the checkpoint as the trailer has it, files by session, and transcripts that are listed but cannot be read
 */
export function readCheckpoints(repository, branch, folder) {
  mkdirSync(folder, { recursive: true });
  const paths = gitText(repository, ['ls-tree', '-r', '-z', '--name-only', branch]).split('\0');
  const metadata = new Map();
  const named = (name) => paths.filter((path) => path.endsWith(`/${name}`));
  for (const { name, bytes } of readObjects(
    repository,
    named('metadata.json').map((path) => `${branch}:${path}`),
  )) {
    metadata.set(folderOf(name.slice(branch.length + 1)), parsed(bytes.toString('utf8')) ?? {});
  }
  const files = new Map();
  const sessionsOf = new Map();
  const wanted = named('full.jsonl').filter((path) => /^[0-9a-f]{2}\/[0-9a-f]+\//.test(path));
  const found = new Set();
  for (const { name, bytes } of readObjects(
    repository,
    wanted.map((path) => `${branch}:${path}`),
  )) {
    const path = name.slice(branch.length + 1);
    const text = bytes.toString('utf8');
    const session = sessionIn(text) ?? SESSION_ID.exec(metadata.get(folderOf(path))?.session_id ?? '')?.[0];
    if (session === undefined) continue;
    found.add(path);
    const [first, second] = path.split('/');
    const checkpoint = `${first}${second}`;
    sessionsOf.set(checkpoint, (sessionsOf.get(checkpoint) ?? new Set()).add(session));
    const before = files.get(session);
    const { extension, content } = united(before === undefined ? '' : readFileSync(before, 'utf8'), text);
    files.set(session, before ?? join(folder, `${session}.${extension}`));
    writeFileSync(files.get(session), content);
  }
  return { sessionsOf, files, absent: wanted.length - found.size };
}

function folderOf(path) {
  return path.slice(0, path.lastIndexOf('/'));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sessionIn(text) {
  return /"sessionId":\s*"([0-9a-f-]{36})"/.exec(text.slice(0, 65536))?.[1];
}

/** The longer of two transcripts, with the entries before it that only the other one has; of documents the longer one. */
function united(before, text) {
  const isDocument = parsed(text.split('\n', 1)[0]) === null;
  const [long, short] = before.length >= text.length ? [before, text] : [text, before];
  if (isDocument) return { extension: 'json', content: long };
  const known = new Set(long.split('\n').map(keyOf));
  const missing = short.split('\n').filter((line) => line !== '' && !known.has(keyOf(line)));
  return { extension: 'jsonl', content: [...missing, long].join('\n') };
}

/** Entries are told apart by their own id, where they have one: what is blotted out may differ between two copies. */
function keyOf(line) {
  return /"uuid":\s*"([0-9a-f-]{36})"/.exec(line)?.[1] ?? line;
}
