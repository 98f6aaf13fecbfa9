/** OpenCode's stores, built out of the lines that a capture makes of them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSqlite, type SqliteValue } from '../../../src/base/sqlite.ts';
import { tempDir } from '../../support/git-env.ts';
import { FIXTURES } from '../shared/agent-suite.ts';

export const SESSION = 'ses_3d1f0c2b7ffeAbCdEfGhIjKlMn';

export function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, 'opencode', name));
}

type Json = Readonly<Record<string, unknown>>;

function linesOf(bytes: Buffer): Json[] {
  return bytes
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
}

const KEYS = new Map([['todo', 'PRIMARY KEY (session_id, position)']]);

/** A database with the tables of version 1.2 and the given rows. `journal`: SQLite's journal mode. */
export async function writeDatabase(bytes: Buffer, journal = 'DELETE'): Promise<string> {
  const path = join(tempDir('git-ot-opencode-'), 'opencode.db');
  const database = await openSqlite(path);
  database.exec(`PRAGMA journal_mode = ${journal}`);
  const made = new Set<unknown>();
  for (const { table, row } of linesOf(bytes)) {
    const columns = Object.entries(row as Json);
    const names = columns.map(([name]) => name).join(', ');
    const key = KEYS.get(String(table)) ?? 'PRIMARY KEY (id)';
    if (!made.has(table)) database.exec(`CREATE TABLE ${table} (${names}, ${key})`);
    made.add(table);
    const insert = `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
    database.prepare(insert).run(...columns.map(([, value]) => columnOf(value)));
  }
  if (journal === 'DELETE') database.close();
  return path;
}

function columnOf(value: unknown): SqliteValue {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as SqliteValue);
}

/** A data folder with a storage tree of the given files. */
export function writeStorage(bytes: Buffer): string {
  const folder = tempDir('git-ot-opencode-');
  for (const line of linesOf(bytes)) {
    const path = join(folder, 'storage', String(line.path));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fileBytes(line));
  }
  return folder;
}

/** The exact bytes of the file that a line tells of. */
export function fileBytes({ content, text, base64, indent, newline }: Json): Buffer {
  if (base64 !== undefined) return Buffer.from(String(base64), 'base64');
  if (text !== undefined) return Buffer.from(String(text), 'utf8');
  const body = JSON.stringify(content, null, Number(indent));
  return Buffer.from(newline === true ? `${body}\n` : body, 'utf8');
}
