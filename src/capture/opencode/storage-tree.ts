/**
 * OpenCode's storage tree (`storage/session/<project>/<session>.json`, `message/<session>/<message>.json`,
 * `part/<message>/<part>.json`): of each session its own file, then each message in order of time with its
 * parts in order of their names. A file is a line `{"path":...}` with its JSON as `content` when writing that
 * with `indent` spaces (and a `newline`) gives the file again, else its `text`, else its bytes as `base64`.
 */
import { isUtf8 } from 'node:buffer';
import { constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, OtError } from '../../base/errors.ts';
import {
  type FolderStore,
  inPieces,
  type StoredSession,
  unusableId,
  type WatchedFile,
} from '../session-store.ts';
import { fieldsOf, isFields, numberOf, textOf } from '../shared/fields.ts';
import { parsedJson } from '../shared/tool-input.ts';
import { type SourceInput, sourceChanged } from '../source-input.ts';
import { exactValueOf } from './exact-json.ts';
import { identityOf } from './identity.ts';
import { opencodeFiles } from './index.ts';
import { rootOf } from './roots.ts';

/** Names that can stand in a path and in an id. */
const SAFE_NAME = /^[A-Za-z0-9_][\w.:@+-]{0,199}$/;
const ENDING = '.json';
/** A pipe that took a file's place must not make us wait for its writer. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export const opencodeStorage: FolderStore = {
  format: opencodeFiles,
  detect: async (path, names) => names.has('message') && names.has('part') && holdsMessage(path),
  sessions: async (path) => sessionsOf(path),
  lastChange: async (path) => reading(path, () => lastChangeIn(path)),
};

/** True when the first message file is one; a session that was only begun has none. */
function holdsMessage(root: string): boolean {
  try {
    for (const session of foldersIn(join(root, 'message'))) {
      const [file] = filesIn(join(root, 'message', session));
      if (file === undefined) continue;
      return textOf(contentOf(root, ['message', session, file])?.role) !== undefined;
    }
  } catch {
    return false;
  }
  return false;
}

function sessionsOf(root: string): Array<StoredSession | OtError> {
  return reading(root, () => {
    const infos = infosIn(root);
    const told = toldIn(root, infos);
    const parents = new Map(
      [...told].flatMap(([id, { parent }]) => (parent === null ? [] : [[id, parent] as const])),
    );
    const messages = join(root, 'message');
    return namesIn(messages, (entry) => entry.isDirectory()).flatMap((id) => {
      if (!SAFE_NAME.test(id)) return unusableId(root);
      if (filesIn(join(messages, id)).length === 0) return [];
      const identity = { ...identityOf(id, rootOf(id, parents)), firstTimestamp: null };
      const project = infos.get(id);
      const directory = told.get(id)?.directory ?? null;
      return {
        identity,
        directory,
        input: inputOf(root, id, project),
        files: () => sessionFiles(root, id, project),
      };
    });
  });
}

/** Folder below `session/` that a session's own file lies in, by session id. */
function infosIn(root: string): ReadonlyMap<string, string> {
  const infos = new Map<string, string>();
  for (const project of foldersIn(join(root, 'session'))) {
    for (const file of filesIn(join(root, 'session', project))) infos.set(stemOf(file), project);
  }
  return infos;
}

/** A session's own file is written at every change of it. */
function lastChangeIn(root: string): number | null {
  let last: number | null = null;
  for (const [id, project] of infosIn(root)) {
    const { mtimeMs } = statSync(join(root, 'session', project, `${id}${ENDING}`));
    last = Math.max(last ?? 0, mtimeMs);
  }
  return last;
}

interface Told {
  readonly parent: string | null;
  readonly directory: string | null;
}

/** What each session's own file tells, by session id. */
function toldIn(root: string, infos: ReadonlyMap<string, string>): ReadonlyMap<string, Told> {
  const told = new Map<string, Told>();
  for (const [id, project] of infos) {
    const info = contentOf(root, ['session', project, `${id}${ENDING}`]);
    const parent = textOf(info?.parentID);
    const isSafe = parent !== undefined && SAFE_NAME.test(parent);
    told.set(id, { parent: isSafe ? parent : null, directory: textOf(info?.directory) ?? null });
  }
  return told;
}

function inputOf(root: string, session: string, project: string | undefined): SourceInput {
  const read = async function* (): AsyncIterable<Buffer> {
    yield* inPieces(linesOf(root, session, project));
  };
  return { fileName: 'storage', read };
}

function* linesOf(root: string, session: string, project: string | undefined): Iterable<Buffer> {
  if (project !== undefined) yield lineOf(root, ['session', project, `${session}${ENDING}`]);
  for (const message of messagesOf(root, session)) {
    yield lineOf(root, ['message', session, message]);
    const folder = stemOf(message);
    for (const part of reading(root, () => filesIn(join(root, 'part', folder)))) {
      yield lineOf(root, ['part', folder, part]);
    }
  }
}

function sessionFiles(root: string, session: string, project: string | undefined): WatchedFile[] {
  const found = project === undefined ? [] : [join(root, 'session', project, `${session}${ENDING}`)];
  const messages = join(root, 'message', session);
  for (const message of reading(root, () => filesIn(messages))) {
    const parts = join(root, 'part', stemOf(message));
    found.push(join(messages, message));
    for (const part of reading(root, () => filesIn(parts))) found.push(join(parts, part));
  }
  return found.map((path) => ({ path }));
}

/** Message files in order of the time they name, then of their names. */
function messagesOf(root: string, session: string): string[] {
  const files = reading(root, () => filesIn(join(root, 'message', session)));
  const timed = files.map((file) => {
    const time = fieldsOf(contentOf(root, ['message', session, file])?.time);
    return [file, numberOf(time?.created) ?? 0] as const;
  });
  return timed.sort((left, right) => left[1] - right[1]).map(([file]) => file);
}

function contentOf(root: string, path: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const value = parsedJson(readBytes(root, path).toString('utf8'));
  return isFields(value) ? value : undefined;
}

function lineOf(root: string, path: readonly string[]): Buffer {
  const line = { path: path.join('/'), ...textOrBytes(readBytes(root, path)) };
  return Buffer.from(`${JSON.stringify(line)}\n`, 'utf8');
}

function textOrBytes(bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) return { base64: bytes.toString('base64') };
  const text = bytes.toString('utf8');
  const newline = text.endsWith('\n');
  const body = newline ? text.slice(0, -1) : text;
  for (const indent of [2, 0]) {
    const content = exactValueOf(body, indent);
    if (content !== null) return { indent, ...(newline ? { newline } : {}), content };
  }
  return { text };
}

function readBytes(root: string, path: readonly string[]): Buffer {
  return reading(root, () => readFileSync(join(root, ...path), { flag: READ_ONLY as unknown as string }));
}

function foldersIn(folder: string): string[] {
  return namesIn(folder, (entry) => entry.isDirectory() && SAFE_NAME.test(entry.name));
}

function filesIn(folder: string): string[] {
  return namesIn(
    folder,
    (entry) => entry.isFile() && entry.name.endsWith(ENDING) && SAFE_NAME.test(stemOf(entry.name)),
  );
}

/** A folder that is not there has no entries. Symbolic links are not followed. */
function namesIn(folder: string, accept: (entry: import('node:fs').Dirent) => boolean): string[] {
  try {
    const names = readdirSync(folder, { withFileTypes: true }).filter(accept);
    return names.map(({ name }) => name).sort();
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function stemOf(file: string): string {
  return file.slice(0, -ENDING.length);
}

/** A file that goes away while the tree is read is for the next capture. */
function reading<T>(root: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OtError) throw error;
    if (isSystemError(error, 'ENOENT')) throw sourceChanged(root);
    throw new OtError('OT_SOURCE_UNREADABLE', 'usage', `${root} cannot be read`, {
      hint: 'check its permissions',
      cause: error,
    });
  }
}
