// One large valid session out of others: their entries one after another under one session id, every other
// id made anew in each copy, each copy linked to the end of the one before, times rising.
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Keys whose string is an id that must differ between copies. */
const ID_KEYS = new Set([
  'uuid',
  'parentUuid',
  'logicalParentUuid',
  'leafUuid',
  'messageId',
  'requestId',
  'toolUseID',
  'parentToolUseID',
  'sourceToolUseID',
  'sourceToolAssistantUUID',
  'tool_use_id',
  'agentId',
  'id',
  'promptId',
]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const FIRST_TIME = Date.UTC(2026, 0, 1);
const WRITE_BYTES = 4 * 1024 * 1024;

export class SessionMaker {
  #sessionId;
  #copy = 0;
  #entries = 0;
  #lastUuid = null;
  #firstOfCopy = true;

  /** @param {string} seed the same seed and material give the same session */
  constructor(seed) {
    this.#sessionId = uuidOf(seed);
  }

  /**
   * Writes `<session id>.jsonl` of at least `bytes` bytes, going through the material as often as that takes.
   * @param {string} folder
   * @param {readonly (readonly string[])[]} material sessions as lists of lines; lines that are no JSON are left out
   * @returns {{path: string, bytes: number}}
   */
  writeInto(folder, material, bytes) {
    const path = join(folder, `${this.#sessionId}.jsonl`);
    const file = openSync(path, 'w');
    let written = 0;
    try {
      while (written < bytes) {
        const before = written;
        for (const lines of material) {
          if (written < bytes) written += this.#writeCopy(file, lines, bytes - written);
        }
        if (written === before) throw new Error('the material holds no entry');
      }
    } finally {
      closeSync(file);
    }
    return { path, bytes: written };
  }

  #writeCopy(file, lines, limit) {
    this.#copy += 1;
    this.#firstOfCopy = true;
    let written = 0;
    let waiting = '';
    for (const line of lines) {
      const entry = entryOf(line);
      if (entry !== null) waiting += `${JSON.stringify(this.#rewritten(entry))}\n`;
      if (waiting.length >= WRITE_BYTES) {
        written += writeSync(file, waiting);
        waiting = '';
      }
      if (written + waiting.length >= limit) break;
    }
    return written + writeSync(file, waiting);
  }

  #rewritten(entry) {
    const made = this.#withNewIds(entry);
    if ('sessionId' in made) made.sessionId = this.#sessionId;
    if ('timestamp' in made) made.timestamp = new Date(FIRST_TIME + this.#entries * 1000).toISOString();
    if (typeof made.uuid === 'string' && made.isSidechain !== true) {
      if (this.#firstOfCopy) made.parentUuid = this.#lastUuid;
      this.#firstOfCopy = false;
      this.#lastUuid = made.uuid;
    }
    this.#entries += 1;
    return made;
  }

  #withNewIds(value, key = '') {
    if (typeof value === 'string') return ID_KEYS.has(key) ? this.#newId(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.#withNewIds(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.#withNewIds(member, name)]),
    );
  }

  /** Of the same shape: a UUID stays one, and so does a short hex id. */
  #newId(id) {
    const salt = createHash('sha1').update(`${this.#copy} ${id}`).digest('hex');
    return UUID.test(id) ? `${id.slice(0, 24)}${salt.slice(0, 12)}` : `${id}${salt.slice(0, 6)}`;
  }
}

function entryOf(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function uuidOf(seed) {
  const hex = createHash('sha1').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
