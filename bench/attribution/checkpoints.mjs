// What a branch of checkpoints holds: which sessions a checkpoint names, and their transcripts.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitText, readObjects } from './git.mjs';

const SESSION_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/**
 * Writes a transcript for each session into `folder`: the union of those that the branch has of it.
 * @returns {{sessionsOf: Map<string, Map<string, number>>, files: Map<string, string>, unreadable: Record<string, number>}}
 * by the id of the checkpoint as the trailer has it, its sessions and when it was made of each (seconds since 1970,
 * infinite where it does not tell); files by session; and how many transcripts cannot be read, by cause
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
  const unreadable = {};
  const fail = (cause) => {
    unreadable[cause] = (unreadable[cause] ?? 0) + 1;
  };
  for (const { path, text } of transcripts(repository, branch, paths)) {
    if (text === null) fail('not all of it is in the clone');
    if (text === null) continue;
    const facts = metadata.get(folderOf(path)) ?? {};
    const session = sessionIn(text) ?? SESSION_ID.exec(facts.session_id ?? '')?.[0];
    if (session === undefined) {
      fail('it names no session');
      continue;
    }
    const [first, second] = path.split('/');
    const checkpoint = `${first}${second}`;
    const made = Date.parse(facts.created_at ?? '') / 1000 || Number.POSITIVE_INFINITY;
    sessionsOf.set(checkpoint, (sessionsOf.get(checkpoint) ?? new Map()).set(session, made));
    const before = files.get(session);
    const { extension, content } = united(before === undefined ? '' : readFileSync(before, 'utf8'), text);
    files.set(session, before ?? join(folder, `${session}.${extension}`));
    writeFileSync(files.get(session), content);
  }
  return { sessionsOf, files, unreadable };
}

/** Each transcript of the branch, put together from its pieces `full.jsonl`, `full.jsonl.001`, ...; null for one that lacks any. */
function* transcripts(repository, branch, paths) {
  const pieces = new Map();
  for (const path of paths) {
    const whole = /^([0-9a-f]{2}\/[0-9a-f]+\/.*full\.jsonl)(?:\.\d{3})?$/.exec(path)?.[1];
    if (whole !== undefined) pieces.set(whole, [...(pieces.get(whole) ?? []), path].sort());
  }
  const all = [...pieces];
  for (let at = 0; at < all.length; at += 16) {
    const some = all.slice(at, at + 16);
    const names = some.flatMap(([, parts]) => parts.map((part) => `${branch}:${part}`));
    const texts = new Map();
    for (const { name, bytes } of readObjects(repository, names)) texts.set(name, bytes.toString('utf8'));
    for (const [path, parts] of some) {
      const read = parts.map((part) => texts.get(`${branch}:${part}`));
      yield { path, text: read.includes(undefined) ? null : read.join('\n') };
    }
  }
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
